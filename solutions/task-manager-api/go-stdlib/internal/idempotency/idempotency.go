// Package idempotency makes a request that is repeated under the same key one request.
package idempotency

import (
	"bytes"
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"task-manager-api/internal/database"
)

// ErrOtherRequest means that the key was used for another request before.
var ErrOtherRequest = errors.New("the key was used for another request")

// Key is what a client has called its request. Keys belong to the `sub` who sent them.
type Key struct {
	Sub  string
	Text []byte
	// Fingerprint tells requests apart.
	Fingerprint []byte
}

// Answer is a 201 as it was given.
type Answer struct {
	Location string
	ETag     string
	Body     []byte
}

// Once does something and keeps its answer, or returns the answer that was kept.
//
// The key and what is done are committed together. A second request waits at the primary key until the first one has
// ended, then finds its answer; if the first one failed, its key is gone with everything else.
func Once(
	ctx context.Context, session database.Session, key Key, do func(pgx.Tx) (Answer, error),
) (answer Answer, err error) {
	err = pgx.BeginFunc(ctx, session, func(transaction pgx.Tx) error {
		tag, err := transaction.Exec(ctx, `
			INSERT INTO idempotency_keys (sub, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			key.Sub, key.Text, key.Fingerprint)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			answer, err = kept(ctx, transaction, key)
			return err
		}
		if answer, err = do(transaction); err != nil {
			return err
		}
		return keep(ctx, transaction, key, answer)
	})
	return answer, err
}

func kept(ctx context.Context, transaction pgx.Tx, key Key) (Answer, error) {
	var answer Answer
	var fingerprint []byte
	err := transaction.QueryRow(ctx, `
		SELECT fingerprint, location, etag, body FROM idempotency_keys WHERE sub = $1 AND key = $2`,
		key.Sub, key.Text).Scan(&fingerprint, &answer.Location, &answer.ETag, &answer.Body)
	if err == nil && !bytes.Equal(fingerprint, key.Fingerprint) {
		return Answer{}, ErrOtherRequest
	}
	return answer, err
}

func keep(ctx context.Context, transaction pgx.Tx, key Key, answer Answer) error {
	_, err := transaction.Exec(ctx, `
		UPDATE idempotency_keys SET location = $3, etag = $4, body = $5 WHERE sub = $1 AND key = $2`,
		key.Sub, key.Text, answer.Location, answer.ETag, answer.Body)
	return err
}
