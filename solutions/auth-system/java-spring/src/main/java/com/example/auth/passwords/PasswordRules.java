package com.example.auth.passwords;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;

import com.example.auth.Settings;
import com.example.auth.web.Body;
import com.example.auth.web.Problem;
import org.springframework.stereotype.Component;

/** Which passwords may be chosen (NIST SP 800-63B section 3.1.1.2, ASVS 6.2): long ones that are not common. */
@Component
public class PasswordRules {

    private static final int SHORTEST = 8;
    private static final int LONGEST = 1024;

    private final Set<String> common;

    PasswordRules(Settings settings) throws IOException {
        this.common = Set.copyOf(Files.readAllLines(settings.commonPasswordsFile()));
    }

    /** Return a new password out of a request. */
    public String newPassword(Body body, String member) {
        String password = body.text(member);
        // Code points are what people count; `length` counts an emoji twice.
        int characters = password.codePointCount(0, password.length());
        if (characters < SHORTEST || characters > LONGEST) {
            throw Problem.invalid("#/" + member, "%d to %d characters".formatted(SHORTEST, LONGEST));
        }
        if (common.contains(password)) {
            throw Problem.invalid("#/" + member, "this one is among the first that are guessed");
        }
        return password;
    }
}
