// Package people remembers the names that tokens bring.
package people

import (
	"context"

	"task-manager-api/internal/database"
	"task-manager-api/internal/token"
)

// Remember keeps the name of a caller's token; it writes only when the name is another than before.
func Remember(ctx context.Context, session database.Session, caller token.Caller) error {
	_, err := session.Exec(ctx, `
		INSERT INTO people (sub, name) VALUES ($1, $2)
		ON CONFLICT (sub) DO UPDATE SET name = excluded.name WHERE people.name IS DISTINCT FROM excluded.name`,
		caller.Sub, caller.Name)
	return err
}
