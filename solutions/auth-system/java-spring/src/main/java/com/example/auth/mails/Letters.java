package com.example.auth.mails;

import com.example.auth.Settings;
import com.example.auth.users.User;
import org.springframework.stereotype.Component;

/**
 * What is written to users. Links begin with APP_BASE_URL alone: nothing of a request may decide where a token goes.
 */
@Component
public class Letters {

    private final Mailer mailer;
    private final String base;

    Letters(Mailer mailer, Settings settings) {
        this.mailer = mailer;
        this.base = settings.appBaseUrl();
    }

    public void verifyEmail(User user, String token) {
        mailer.send(user.email(), "Confirm your e-mail address", """
                Welcome! Please confirm your e-mail address:

                %s/verify-email?token=%s

                If you did not sign up, ignore this mail.
                """.formatted(base, token));
    }

    public void resetPassword(User user, String token) {
        mailer.send(user.email(), "Set a new password", """
                Somebody, probably you, asked for a new password. Set it here:

                %s/reset-password?token=%s

                If it was not you, ignore this mail; your password stays as it is.
                """.formatted(base, token));
    }

    public void passwordChanged(User user) {
        mailer.send(user.email(), "Your password was changed", """
                The password of your account was changed just now, and other sessions were ended.

                If it was not you, ask for a new password at once.
                """);
    }
}
