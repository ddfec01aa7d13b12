import dev.hesse.hessian.CurvatureOperator;
import dev.hesse.hessian.linalg.Eigenpair;
import dev.hesse.hessian.linalg.Eigenpairs;
import dev.hesse.hessian.linalg.Lanczos;
import dev.hesse.hessian.linalg.LanczosEigensolver;
import dev.hesse.hessian.linalg.Progress;
import dev.hesse.io.data.BatchSource;
import dev.hesse.io.data.ExampleOrder;
import dev.hesse.io.npy.Npy;
import dev.hesse.models.savedmodel.LabelledArrays;
import dev.hesse.models.savedmodel.Objective;
import dev.hesse.models.savedmodel.ObjectiveOptions;
import dev.hesse.models.savedmodel.SavedModels;
import java.io.IOException;
import java.nio.file.Path;

/** The largest eigenvalues of a SavedModel's Hessian, in a pipeline of your own. */
public final class SavedModelCurvature {
  private SavedModelCurvature() {}

  /**
   * @param arguments a SavedModel's folder, and npy files with the inputs and the labels
   */
  public static void main(String[] arguments) throws IOException {
    SavedModels model = SavedModels.open(Path.of(arguments[0]));
    LabelledArrays arrays =
        LabelledArrays.of(
            Npy.readArray(Path.of(arguments[1])), Npy.readArray(Path.of(arguments[2])));
    Objective objective = model.objective(arrays, ObjectiveOptions.DEFAULT);
    System.out.println(objective.description());
    System.out.println("parameters: " + objective.loss().parameterRule());

    BatchSource data = objective.data().inOrder(new ExampleOrder.Sequential());
    try (CurvatureOperator hessian =
        new CurvatureOperator(objective.loss(), data, CurvatureOperator.Options.DEFAULT)) {
      Lanczos space = Lanczos.fromGaussian(hessian, /* seed= */ 1, /* basisBytes= */ 1L << 28);
      Eigenpairs found =
          LanczosEigensolver.solve(
              space,
              new LanczosEigensolver.Options(
                  /* topN= */ 3, /* bottomN= */ 1, /* maxProducts= */ 200, 1e-3, hessian.noise()),
              Progress.NONE);
      for (Eigenpair pair : found.top()) {
        System.out.printf("%12.6g  residual %.1e%n", pair.value(), pair.residual());
      }
      System.out.printf("smallest %.6g, %s%n", found.bottom().get(0).value(), found.message());
    }
  }
}
