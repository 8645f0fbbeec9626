package org.llamadl4j.notebook.display;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * An image.
 *
 * @param image its pixels
 * @param text what it shows, for where there are no pictures
 */
public record Picture(BufferedImage image, String text) implements Display {

    @Override
    public Map<String, String> data() {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(PNG, Base64.getEncoder().encodeToString(png.toByteArray()));
    }

    @Override
    public String toString() {
        return text;
    }
}
