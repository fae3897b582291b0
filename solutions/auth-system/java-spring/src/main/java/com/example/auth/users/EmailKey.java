package com.example.auth.users;

import java.util.Locale;

/** An address without its upper and lower case: what makes two addresses the same account. */
public final class EmailKey {

    private EmailKey() {
    }

    /** Fold an address. Up and down again, for some letters have two small forms and one that is large. */
    public static String of(String email) {
        return email.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
}
