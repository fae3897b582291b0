import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A contact book for the shell: `BRIEF.md` says what each command does, `README.md` how to check it. */
final class Contacts {
    // Where the contacts are kept; the format of the file is up to you.
    private final Path file = Path.of(System.getenv().getOrDefault("CONTACTS_FILE", "contacts.json"));

    // UTF-8 whatever the terminal claims to be.
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);

    // Level 1: add and list. Start here.
    //
    // Keep the contact, print its new id and nothing else, and return the exit code that the brief names.
    private int add(Arguments arguments) {
        arguments.demand("name");
        err.println("`add` is not written yet");
        return 70;
    }

    // The next command of level 1:
    //
    //   list [--json]

    /** Runs the command that the arguments name; returns the exit code. */
    private int run(List<String> words) {
        if (words.isEmpty()) {
            throw new UsageException("a command is missing");
        }
        var command = words.get(0);
        var rest = words.subList(1, words.size());
        return switch (command) {
            case "add" -> add(Arguments.parse(rest, Set.of("name", "email", "phone", "tag")));
            default -> throw new UsageException("there is no command `" + command + "`");
        };
    }

    public static void main(String[] words) {
        var contacts = new Contacts();
        int code;
        try {
            code = contacts.run(List.of(words));
        } catch (UsageException wrong) {
            // A wrong usage is a message on stderr and exit code 2, which is what the brief asks.
            contacts.err.println("contacts: " + wrong.getMessage());
            code = 2;
        }
        System.exit(code);
    }
}
