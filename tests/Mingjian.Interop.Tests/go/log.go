package main

// What both programs share: checkpoints, C2SP cosignatures and tiles over HTTP.

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
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// wanted is how many signatures a checkpoint must carry.
var wanted int

// openCheckpoint wants every signature it knows a key for, and no other: the log's and the cosigners'.
func openCheckpoint(prefix, path, origin string, verifiers note.Verifiers) tlog.Tree {
	opened, err := note.Open(get(prefix+"/"+path), verifiers)
	check(err)
	if len(opened.Sigs) != wanted || len(opened.UnverifiedSigs) != 0 {
		fail(fmt.Sprintf("%d signatures verified, %d unknown", len(opened.Sigs), len(opened.UnverifiedSigs)))
	}
	return treeOf(opened, origin)
}

func treeOf(opened *note.Note, origin string) tlog.Tree {
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
			var err error
			if data, err = tryGet(t.prefix + "/" + path); err != nil {
				return nil, err
			}
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

func get(url string) []byte {
	body, err := tryGet(url)
	check(err)
	return body
}

// noAnswer is the fault of the way, or of a server that is not up: it says nothing about the log.
type noAnswer struct{ error }

var client = &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}

func tryGet(url string) ([]byte, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	check(err)
	// Entries are not open to everybody; hash tiles and checkpoints are, and go without it.
	if token := os.Getenv("MINGJIAN_TOKEN"); token != "" && strings.Contains(url, "/tile/entries/") {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, noAnswer{err}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 500 {
		return nil, noAnswer{fmt.Errorf("%s: %s %v", url, answer.Status, err)}
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return body, nil
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
