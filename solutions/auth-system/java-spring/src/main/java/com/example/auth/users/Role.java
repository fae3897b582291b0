package com.example.auth.users;

import java.util.List;

/** The roles there are, as texts: that is what they are in tokens, bodies and rows. */
public final class Role {

    public static final String USER = "user";
    public static final String ADMIN = "admin";
    public static final List<String> ALL = List.of(USER, ADMIN);

    private Role() {
    }
}
