// Reads a Mingjian ledger over HTTP with Go's own transparency-log packages, which we did not write.
//
// usage: main <prefix URL> <log vkey> <cosigner vkey>[,<cosigner vkey>...] <step> [<older checkpoint path>...]
//
// Opens the checkpoint (sumdb/note), reads tiles (sumdb/tlog authenticates them against the checkpoint's root), checks the inclusion
// of every step-th record and the consistency of every older checkpoint, and recomputes the root from the records alone.
// Prints what it checked; any doubt is a non-zero exit.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// wanted is how many signatures a checkpoint must carry.
var wanted int

func main() {
	if len(os.Args) < 5 {
		fail("usage: main <prefix> <log vkey> <cosigner vkey>[,<cosigner vkey>...] <step> [<older checkpoint path>...]")
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

// openCheckpoint wants every signature it knows a key for, and no other: the log's and the cosigners'.
func openCheckpoint(prefix, path, origin string, verifiers note.Verifiers) tlog.Tree {
	opened, err := note.Open(get(prefix+"/"+path), verifiers)
	check(err)
	if len(opened.Sigs) != wanted || len(opened.UnverifiedSigs) != 0 {
		fail(fmt.Sprintf("%d signatures verified, %d unknown", len(opened.Sigs), len(opened.UnverifiedSigs)))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		fail("not a checkpoint of this log: " + opened.Text)
	}
	hash, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: number(lines[1]), Hash: hash}
}

// cosigner verifies a C2SP tlog-cosignature (type 0x04), which sumdb/note leaves to its callers.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) *cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		fail("malformed vkey " + vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	sum := sha256.Sum256([]byte(parts[0] + "\n" + string(key)))
	if len(key) != 33 || key[0] != 4 || fmt.Sprintf("%08x", binary.BigEndian.Uint32(sum[:])) != parts[1] {
		fail("not the vkey of a cosigner: " + vkey)
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(sum[:]), key[1:]}
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

// tiles reads C2SP tlog-tiles: tlog's own paths name the height (tile/8/0/000), C2SP's do not (tile/0/000).
type tiles struct {
	prefix string
	cache  map[string][]byte
}

func (t *tiles) Height() int { return 8 }
func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, known := t.cache[path]
		if !known {
			data = get(t.prefix + "/" + path)
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path, len(data))
		}
		all = append(all, data)
	}
	return all, nil
}
func (t *tiles) SaveTiles(saved []tlog.Tile, data [][]byte) {
	for i, tile := range saved {
		t.cache["tile/"+strings.TrimPrefix(tile.Path(), "tile/8/")] = data[i]
	}
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

func get(url string) []byte {
	answer, err := http.Get(url)
	check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(err)
	if answer.StatusCode != http.StatusOK {
		fail(fmt.Sprintf("%s: %s", url, answer.Status))
	}
	return body
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
