package dev.hesse.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may use which. */
@AnalyzeClasses(packages = "dev.hesse", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
  private static final String OURS = "dev.hesse..";
  private static final String IO = "dev.hesse.io..";
  private static final String MODELS = "dev.hesse.models..";
  private static final String HESSIAN = "dev.hesse.hessian..";
  private static final String LINALG = "dev.hesse.hessian.linalg..";
  private static final String SPARK = "dev.hesse.spark..";
  private static final String TRAIN = "dev.hesse.train..";
  private static final String TENSOR_BUNDLE = "dev.hesse.io.tensorbundle..";
  private static final String PLOT = "dev.hesse.plot..";
  private static final String TENSORFLOW = "org.tensorflow..";

  @ArchTest static final ArchRule IO_USES_NOTHING_OF_OURS = uses(IO, IO);

  @ArchTest static final ArchRule MODELS_USE_IO = uses(MODELS, MODELS, IO);

  @ArchTest static final ArchRule HESSIAN_USES_MODELS = uses(HESSIAN, HESSIAN, MODELS, IO);

  @ArchTest static final ArchRule LINALG_STANDS_ALONE = uses(LINALG, LINALG);

  @ArchTest static final ArchRule SPARK_USES_HESSIAN = uses(SPARK, SPARK, HESSIAN, MODELS, IO);

  @ArchTest static final ArchRule TRAIN_USES_HESSIAN = uses(TRAIN, TRAIN, HESSIAN, MODELS, IO);

  @ArchTest static final ArchRule PLOT_USES_IO = uses(PLOT, PLOT, IO);

  @ArchTest
  static final ArchRule TENSORFLOW_IS_USED_BY_FEW =
      noClasses()
          .that()
          .resideInAnyPackage(IO, LINALG, PLOT)
          .and()
          .resideOutsideOfPackage(TENSOR_BUNDLE)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(TENSORFLOW);

  @ArchTest
  static final ArchRule PLOT_ALONE_USES_JFREESVG =
      noClasses()
          .that()
          .resideOutsideOfPackage(PLOT)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.jfree..");

  @ArchTest
  static final ArchRule SPARK_ALONE_USES_APACHE_SPARK =
      noClasses()
          .that()
          .resideOutsideOfPackages(SPARK, "dev.hesse.benchmarks..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.parquet..", "scala..");

  @ArchTest
  static final ArchRule TENSORFLOW_INTERNALS_ARE_NOT_USED =
      noClasses().should().dependOnClassesThat().resideInAPackage("org.tensorflow.internal..");

  private static ArchRule uses(String users, String... used) {
    return classes()
        .that()
        .resideInAPackage(users)
        .should()
        .onlyDependOnClassesThat(resideOutsideOfPackage(OURS).or(resideInAnyPackage(used)));
  }
}
