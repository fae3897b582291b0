import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of a command: the values of each option, in order, under its name without dashes. An option that takes
 * no value, such as `--json`, an argument that is no option, such as `ID`, and `--` are for you to add.
 */
record Arguments(Map<String, List<String>> options) {
    /** Reads `--name value` and `--name=value`; refuses every option that is not among the known ones. */
    static Arguments parse(List<String> words, Set<String> known) {
        var options = new HashMap<String, List<String>>();
        for (var rest = words.iterator(); rest.hasNext(); ) {
            var word = rest.next();
            if (!word.startsWith("--")) {
                throw new UsageException("`" + word + "` is one argument too many");
            }
            var parts = word.substring(2).split("=", 2);
            if (!known.contains(parts[0])) {
                throw new UsageException("there is no option `--" + parts[0] + "`");
            }
            if (parts.length == 1 && !rest.hasNext()) {
                throw new UsageException("`" + word + "` needs a value");
            }
            var value = parts.length == 2 ? parts[1] : rest.next();
            options.computeIfAbsent(parts[0], name -> new ArrayList<>()).add(value);
        }
        return new Arguments(options);
    }

    /** Returns the values of an option that may be given several times; none if it was not given. */
    List<String> all(String option) {
        return options.getOrDefault(option, List.of());
    }

    /** Returns the value of an option that has to be given; the last one counts. */
    String demand(String option) {
        var values = all(option);
        if (values.isEmpty()) {
            throw new UsageException("`--" + option + "` is missing");
        }
        return values.get(values.size() - 1);
    }
}
