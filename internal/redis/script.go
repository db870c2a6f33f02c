package redis

import (
	"context"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// Script is an operation, with its name in metrics.
type Script struct {
	name string
	// text and hash are strings, made what commands take once.
	text, hash any
	// commands is a pool of commands.
	commands sync.Pool
}

// NewScript returns the operation of a Lua text.
func NewScript(name, text string) *Script {
	return &Script{name: name, text: text, hash: goredis.NewScript(text).Hash()}
}

// command is an EVAL or EVALSHA, and its words in room of its own.
type command struct {
	*goredis.Cmd

	words []any
	keys  []word
}

// word is what go-redis takes without another allocation.
type word []byte

// MarshalBinary returns the word.
func (w *word) MarshalBinary() ([]byte, error) { return *w, nil }

// byText returns the script's EVAL.
func (s *Script) byText(c *Client, keys []string, args []any) *command {
	return newCommand(c, "eval", s.text, keys, args)
}

// byHash returns the script's EVALSHA. To a cluster it is a new one: a command keeps where its key is.
func (s *Script) byHash(c *Client, keys []string, args []any) *command {
	made, _ := s.commands.Get().(*command)
	if made == nil || c.cluster || len(made.keys) != len(keys) || len(made.words) != 3+len(keys)+len(args) {
		return newCommand(c, "evalsha", s.hash, keys, args)
	}
	made.SetVal(nil)
	made.SetErr(nil)
	made.set(c, keys, args)
	return made
}

// done takes a client's command back that nobody looks at any more, neither who asked nor a sender.
func (s *Script) done(client *Client, c *command) {
	if client.cluster {
		return
	}
	clear(c.words[3+len(c.keys):])
	s.commands.Put(c)
}

func newCommand(c *Client, name, script any, keys []string, args []any) *command {
	made := &command{words: make([]any, 3+len(keys)+len(args)), keys: make([]word, len(keys))}
	made.words[0], made.words[1], made.words[2] = name, script, len(keys)
	for i := range made.keys {
		made.words[3+i] = &made.keys[i]
		if c.cluster { // which looks for the node of the key's text
			made.words[3+i] = c.prefix + keys[i]
		}
	}
	made.Cmd = goredis.NewCmd(context.Background(), made.words...)
	made.set(c, keys, args)
	return made
}

func (c *command) set(client *Client, keys []string, args []any) {
	for i, key := range keys {
		c.keys[i] = append(append(c.keys[i][:0], client.prefix...), key...)
	}
	copy(c.words[3+len(keys):], args)
}
