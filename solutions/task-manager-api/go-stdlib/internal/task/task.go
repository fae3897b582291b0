// Package task keeps tasks: what they are, who may do what with them, and how they are stored and found.
package task

import (
	"slices"
	"time"
)

// Task is a task as it is stored and shown.
type Task struct {
	ID int64 `json:"id"`
	Draft
	Status    string    `json:"status"`
	OwnerID   string    `json:"owner_id"`
	Team      string    `json:"team"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	Version   int64     `json:"version"`
}

const (
	todo       = "todo"
	inProgress = "in_progress"
	done       = "done"
	archived   = "archived"
)

var (
	statuses   = []string{todo, inProgress, done, archived}
	priorities = []string{"low", "medium", "high"}
)

// moves are the legal ones, from a status to others.
var moves = map[string][]string{
	todo:       {inProgress},
	inProgress: {done, todo},
	done:       {archived, inProgress},
}

// CanMove says whether a task may be moved to another status. Its present status is no move.
func (task Task) CanMove(to string) bool {
	return slices.Contains(moves[task.Status], to)
}
