package com.example.auth.sessions;

import java.util.UUID;

import com.example.auth.users.User;

/**
 * Who asks, in a request with a valid access token; {@code session} is null if the token names none. A controller that
 * has one among its parameters answers 401 without. It stands before the body, so that it is looked at first.
 */
public record Caller(User user, UUID session) {
}
