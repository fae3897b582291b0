package com.example.auth.sessions;

/** The pair of tokens that a login or a refresh hands out (RFC 6749 section 5.1). */
public record Tokens(String accessToken, String tokenType, long expiresIn, String refreshToken) {
}
