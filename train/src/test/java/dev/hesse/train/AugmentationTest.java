package dev.hesse.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hesse.io.data.ImageBatch;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  private static final int SIDE = 6;
  private static final float BLACK = -1;
  private static final Augmentation AUGMENTATION =
      new Augmentation(SIDE, SIDE, new float[] {BLACK, 100 * BLACK});

  /** Both channels of pixel p hold p, the second a hundredfold. */
  private static ImageBatch image() {
    float[] pixels = new float[SIDE * SIDE * 2];
    for (int p = 0; p < SIDE * SIDE; p++) {
      pixels[2 * p] = p;
      pixels[2 * p + 1] = 100 * p;
    }
    return new ImageBatch(pixels, new int[] {3});
  }

  @Test
  void everyResultIsOneOfTheCropsOfOneOfTheFlips() {
    Set<String> seen = new HashSet<>();
    for (long seed = 0; seed < 5000; seed++) {
      ImageBatch changed = AUGMENTATION.apply(image(), seed);
      assertThat(changed.labels()).containsExactly(3);
      seen.add(place(changed.inputs()));
    }
    // 9 × 9 places with 2 flips each; 5000 draws miss one of them with probability
    // 162·e^(−5000/162).
    assertThat(seen).hasSize(162);
  }

  /** Finds the crop that gives the image, pixel by pixel. */
  private static String place(float[] image) {
    for (int down = -4; down <= 4; down++) {
      for (int right = -4; right <= 4; right++) {
        for (boolean flip : new boolean[] {false, true}) {
          if (isCrop(image, down, right, flip)) {
            return "%d %d %s".formatted(down, right, flip);
          }
        }
      }
    }
    throw new AssertionError("no crop of the image");
  }

  private static boolean isCrop(float[] image, int down, int right, boolean flip) {
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        int sourceRow = row + down;
        int sourceColumn = (flip ? SIDE - 1 - column : column) + right;
        boolean inside =
            sourceRow >= 0 && sourceRow < SIDE && sourceColumn >= 0 && sourceColumn < SIDE;
        float expected = inside ? sourceRow * SIDE + sourceColumn : BLACK;
        int at = 2 * (row * SIDE + column);
        if (image[at] != expected || image[at + 1] != 100 * expected) {
          return false;
        }
      }
    }
    return true;
  }
}
