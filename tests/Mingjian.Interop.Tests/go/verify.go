// Reads a Mingjian ledger over HTTP with Go's own transparency-log packages, which we did not write.
//
// usage: verify <prefix URL> <log vkey> <cosigner vkey>[,<cosigner vkey>...] <step> [<older checkpoint path>...]
//
// The environment's MINGJIAN_TOKEN, if any, opens the entries.
//
// Opens the checkpoint (sumdb/note), reads tiles (sumdb/tlog authenticates them against the checkpoint's root), checks the inclusion
// of every step-th record and the consistency of every older checkpoint, and recomputes the root from the records alone.
// Prints what it checked; any doubt is a non-zero exit.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 5 {
		fail("usage: verify <prefix> <log vkey> <cosigner vkey>[,<cosigner vkey>...] <step> [<older checkpoint path>...]")
	}
	prefix, step := os.Args[1], number(os.Args[4])
	logKey, err := note.NewVerifier(os.Args[2])
	check(err)
	known := []note.Verifier{logKey}
	for _, vkey := range strings.Split(os.Args[3], ",") {
		known = append(known, newCosigner(vkey))
	}
	wanted = len(known)
	verifiers := note.VerifierList(known...)

	tree := openCheckpoint(prefix, "checkpoint", logKey.Name(), verifiers)
	reader := &tiles{prefix: prefix, cache: map[string][]byte{}}
	hashes := tlog.TileHashReader(tree, reader)

	records := readRecords(prefix, tree.N)
	var stored []tlog.Hash
	for i, record := range records {
		more, err := tlog.StoredHashes(int64(i), record, storage(stored))
		check(err)
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(tree.N, storage(stored))
	check(err)
	if root != tree.Hash {
		fail("the root recomputed from the records differs from the checkpoint's")
	}

	checked := 0
	for i := int64(0); i < tree.N; i += step {
		proof, err := tlog.ProveRecord(tree.N, i, hashes)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(records[i])))
		checked++
	}

	for _, path := range os.Args[5:] {
		old := openCheckpoint(prefix, path, logKey.Name(), verifiers)
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	}
	fmt.Printf("size %d, records %d, older checkpoints %d\n", tree.N, checked, len(os.Args)-5)
}

type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, i := range indexes {
		hashes = append(hashes, s[i])
	}
	return hashes, nil
}

func readRecords(prefix string, size int64) [][]byte {
	var records [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		path := tlog.Tile{H: 8, L: -1, N: n, W: int(width)}.Path()
		data := get(prefix + "/tile/entries/" + strings.TrimPrefix(path, "tile/8/data/"))
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				fail("entry bundle " + path + " is too short")
			}
			length := 2 + int(binary.BigEndian.Uint16(data))
			records = append(records, append([]byte(nil), data[2:length]...))
			data = data[length:]
		}
		if len(data) != 0 {
			fail("bytes follow entry bundle " + path)
		}
	}
	return records
}
