// Watches several nodes of one Mingjian ledger over time, with Go's own transparency-log packages, which we did not write.
//
// usage: watch <log vkey>[,...] <cosigner vkey>[,...] <quorum> <prefix URL> <prefix URL>...
//
// Asks every node for its checkpoint again and again until standard input ends. Each must be signed by a log key and a quorum of the
// cosigners, and by nobody else. Whatever two checkpoints were ever seen, of one node or of two, the smaller must be a prefix of the
// larger: proved with the tiles of the node that showed the larger. A node that does not answer is asked again later.
// Prints what it checked; any doubt is a non-zero exit at once.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const pause = 500 * time.Millisecond

// compared bounds how many earlier checkpoints each new one is held to: the newest, and others spread evenly.
const compared = 16

type seen struct {
	tree tlog.Tree
	from *node
}

type node struct {
	prefix      string
	reader      *tiles
	checkpoints int
	newest      int64
	silent      int
}

func main() {
	if len(os.Args) < 6 {
		fail("usage: watch <log vkey>[,...] <cosigner vkey>[,...] <quorum> <prefix> <prefix>...")
	}
	var known []note.Verifier
	for _, vkey := range strings.Split(os.Args[1], ",") {
		verifier, err := note.NewVerifier(vkey)
		check(err)
		known = append(known, verifier)
	}
	origin, logs := known[0].Name(), len(known)
	for _, vkey := range strings.Split(os.Args[2], ",") {
		known = append(known, newCosigner(vkey))
	}
	quorum, err := strconv.Atoi(os.Args[3])
	check(err)
	if quorum < 1 || quorum > len(known)-logs {
		fail("no such quorum")
	}
	var nodes []*node
	for _, prefix := range os.Args[4:] {
		nodes = append(nodes, &node{prefix: prefix, reader: &tiles{prefix: prefix, cache: map[string][]byte{}}})
	}

	end := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(end)
	}()

	var history []seen
	proofs, across := 0, 0
	for last := false; ; {
		for _, from := range nodes {
			tree, err := newest(from.prefix, origin, quorum, note.VerifierList(known...))
			if err == nil && tree.N != from.newest {
				if tree.N < from.newest {
					fail(fmt.Sprintf("%s shows %d entries and has shown %d", from.prefix, tree.N, from.newest))
				}
				var made, other int
				if made, other, err = compare(seen{tree, from}, history); err == nil {
					history = append(history, seen{tree, from})
					from.newest = tree.N
					from.checkpoints++
					proofs, across = proofs+made, across+other
				}
			}
			if err != nil {
				if !errors.As(err, &noAnswer{}) {
					fail(err.Error())
				}
				from.silent++
			}
		}
		if last {
			break
		}
		select {
		case <-end:
			last = true
		case <-time.After(pause):
		}
	}
	for _, from := range nodes {
		fmt.Printf("%s: checkpoints %d, newest %d, no answer %d\n", from.prefix, from.checkpoints, from.newest, from.silent)
	}
	fmt.Printf("consistency proofs %d, between nodes %d\n", proofs, across)
}

// newest opens a node's checkpoint.
func newest(prefix, origin string, quorum int, verifiers note.Verifiers) (tlog.Tree, error) {
	text, err := tryGet(prefix + "/checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, verifiers)
	if err != nil {
		return tlog.Tree{}, err
	}
	signers := map[string]bool{}
	for _, sig := range opened.Sigs {
		signers[sig.Name] = true
	}
	if len(opened.UnverifiedSigs) != 0 || !signers[origin] || len(signers)-1 < quorum {
		return tlog.Tree{}, fmt.Errorf("%s: signed by %v, %d unknown", prefix, signers, len(opened.UnverifiedSigs))
	}
	return treeOf(opened, origin), nil
}

// compare holds a checkpoint to earlier ones.
func compare(fresh seen, history []seen) (made, across int, err error) {
	step := len(history)/compared + 1
	for i := len(history) - 1; i >= 0; i -= step {
		older, newer := history[i], fresh
		if older.tree.N > newer.tree.N {
			older, newer = newer, older
		}
		if older.tree.N == newer.tree.N {
			if older.tree.Hash != newer.tree.Hash {
				return 0, 0, fork(older, newer, errors.New("two roots of one size"))
			}
			continue
		}
		hashes := tlog.TileHashReader(newer.tree, newer.from.reader)
		proof, err := tlog.ProveTree(newer.tree.N, older.tree.N, hashes)
		if errors.As(err, &noAnswer{}) {
			return 0, 0, err
		}
		if err == nil {
			err = tlog.CheckTree(proof, newer.tree.N, newer.tree.Hash, older.tree.N, older.tree.Hash)
		}
		if err != nil {
			return 0, 0, fork(older, newer, err)
		}
		made++
		if older.from != newer.from {
			across++
		}
	}
	return made, across, nil
}

func fork(older, newer seen, err error) error {
	return fmt.Errorf("fork: %s at %d (%v) is no prefix of %s at %d (%v): %w", older.from.prefix, older.tree.N, older.tree.Hash,
		newer.from.prefix, newer.tree.N, newer.tree.Hash, err)
}
