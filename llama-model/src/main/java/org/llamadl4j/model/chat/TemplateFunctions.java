package org.llamadl4j.model.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The functions that Hugging Face gives to templates. Jinjava calls them without an object. */
final class TemplateFunctions {

    /** Jinjava's that are kept, by their full names. */
    static final Set<String> KEPT = Set.of(":range", ":namespace");

    /** The variable that holds the time of the rendering. */
    static final String NOW = "_now";

    private TemplateFunctions() {}

    static List<ELFunctionDefinition> own() {
        return List.of(
                new ELFunctionDefinition("", "raise_exception", TemplateFunctions.class, "raise", Object.class),
                new ELFunctionDefinition("", "strftime_now", TemplateFunctions.class, "strftimeNow", Object.class));
    }

    static Object raise(Object message) {
        throw TemplateException.raised(PythonText.str(message));
    }

    static String strftimeNow(Object format) {
        ZonedDateTime now =
                (ZonedDateTime) JinjavaInterpreter.getCurrent().getContext().get(NOW);
        return strftime(PythonText.str(format), now);
    }

    /** {@code time} in the words of C's strftime; English, whatever the locale. */
    private static String strftime(String format, ZonedDateTime time) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
            char code = format.charAt(i + (unpadded ? 2 : 1));
            i += unpadded ? 2 : 1;
            String field = field(code, time);
            out.append(unpadded ? field.replaceFirst("^[0 ]+(?=.)", "") : field);
        }
        return out.toString();
    }

    private static String field(char code, ZonedDateTime time) {
        String pattern = switch (code) {
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'd' -> "dd";
            case 'e' -> "ppd";
            case 'D' -> "MM/dd/yy";
            case 'F' -> "yyyy-MM-dd";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'j' -> "DDD";
            case 'm' -> "MM";
            case 'M' -> "mm";
            case 'p' -> "a";
            case 'S' -> "ss";
            case 'T' -> "HH:mm:ss";
            case 'y' -> "yy";
            case 'Y' -> "yyyy";
            case 'z' -> "xx";
            case 'Z' -> "zzz";
            case '%' -> "'%'";
            default -> throw new TemplateException(0, "strftime_now does not know %%%s".formatted(code));
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time.truncatedTo(ChronoUnit.SECONDS));
    }
}
