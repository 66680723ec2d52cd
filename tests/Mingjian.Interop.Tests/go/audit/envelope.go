package main

// Signed acts: DSSE, batches, the two schemes, and whose keys may sign.

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

const (
	transactionType = "application/vnd.mingjian.transaction.v1+json"
	batchType       = "application/vnd.mingjian.batch.v1"
	longestValidity = 72 * 3600 * 1000
	largestEnvelope = 40000
)

func pae(kind string, body []byte) []byte {
	return append([]byte(fmt.Sprintf("DSSEv1 %d %s %d ", len(kind), kind, len(body))), body...)
}

// act is an envelope whose form is right; no signature has been looked at.
type act struct {
	envelope object
	payload  object
	command  string
	body     object
	id       hash
	pae      []byte
}

func readAct(envelope object, network string, known *schemas, where string) act {
	if text(envelope, "payloadType") != transactionType || len(encode(envelope)) > largestEnvelope {
		fail("envelope", "%s: no act", where)
	}
	raw := bytesOf(text(envelope, "payload"), "envelope", where)
	payload := parse(raw, "envelope", where).(object)
	known.check(payload, "log.json", "TransactionPayload", where)
	a := act{envelope, payload, text(payload, "command"), child(payload, "body"), sha256.Sum256(pae(transactionType, raw)), pae(transactionType, raw)}
	known.message(known.commands, a.command, a.body, where)
	if text(payload, "network") != network {
		fail("envelope", "%s: an act of another network", where)
	}
	signed, seen := false, map[string]bool{}
	for _, s := range list(envelope, "signatures") {
		key := text(s.(object), "keyid")
		if seen[key] {
			fail("envelope", "%s: %s signs twice", where, key)
		}
		seen[key] = true
		signed = signed || key == text(payload, "signer")
	}
	if !signed {
		fail("envelope", "%s: its signer has not signed", where)
	}
	return a
}

// verify is a fault unless the signature holds with the key.
func (a act) verify(signature object, key, where string) {
	scheme := strings.SplitN(key, ":", 2)[0]
	if text(signature, "scheme") != scheme || text(signature, "keyid") != keyID(key) {
		fail("signature", "%s: not a signature by %s", where, key)
	}
	message := a.pae
	if batch := child(signature, "batch"); batch != nil {
		var path []hash
		for _, h := range list(batch, "path") {
			path = append(path, hashOf(h.(string), "signature", where))
		}
		root, ok := rootOf(leafHash(a.pae), number(batch, "index"), number(batch, "size"), path)
		if !ok {
			fail("signature", "%s: no position in a batch", where)
		}
		message = pae(batchType, root[:])
	}
	digest := sha256.Sum256(message)
	assertion := child(signature, "webauthn")
	if (assertion != nil) != (scheme == "webauthn-es256") {
		fail("signature", "%s: an assertion where none belongs, or none", where)
	}
	if assertion != nil {
		data, clientData := bytesOf(text(assertion, "authenticatorData"), "signature", where), bytesOf(text(assertion, "clientDataJson"), "signature", where)
		origin, challenge := clientDataOf(clientData, where)
		if challenge != base64.RawURLEncoding.EncodeToString(digest[:]) {
			fail("signature", "%s: a passkey signed something else", where)
		}
		checkAuthenticator(data, origin, where)
		clientHash := sha256.Sum256(clientData)
		digest = sha256.Sum256(append(append([]byte{}, data...), clientHash[:]...))
	}
	if !verifyP256(key, digest, bytesOf(text(signature, "sig"), "signature", where)) {
		fail("signature", "%s: a signature by %s does not hold", where, keyID(key))
	}
}

func verifyP256(key string, digest hash, signature []byte) bool {
	parts := strings.SplitN(key, ":", 2)
	point := bytesOf(parts[1], "signature", key)
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), point)
	if x == nil || len(signature) != 64 {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	return ecdsa.Verify(&ecdsa.PublicKey{Curve: elliptic.P256(), X: x, Y: y}, digest[:], r, s)
}

// rootOf is the root that a leaf and its audit path lead to.
func rootOf(leaf hash, index, size int64, path []hash) (hash, bool) {
	if index < 0 || index >= size {
		return hash{}, false
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range path {
		if sn == 0 {
			return hash{}, false
		}
		if fn&1 == 1 || fn == sn {
			r = innerHash(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = innerHash(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	return r, sn == 0
}

func keyID(key string) string {
	parts := strings.SplitN(key, ":", 2)
	point, _ := base64.StdEncoding.DecodeString(parts[1])
	sum := sha256.Sum256(append([]byte(parts[0]+"\x00"), point...))
	return "k-" + hex.EncodeToString(sum[:16])
}

var clientDataForm = regexp.MustCompile(`^\{"type":"webauthn\.get","challenge":"([A-Za-z0-9_-]{43})","origin":"((?:https://[a-z0-9.-]+|http://localhost)(?::[1-9][0-9]*)?)"` +
	`(?:,"crossOrigin":false)?(?:,"other_keys_can_be_added_here":"do not compare clientDataJSON against a template\. See https://goo\.gl/yabPex")?\}$`)

func clientDataOf(data []byte, where string) (origin, challenge string) {
	match := clientDataForm.FindSubmatch(data)
	if match == nil || len(data) > 512 {
		fail("signature", "%s: client data of another form", where)
	}
	return string(match[2]), string(match[1])
}

func checkAuthenticator(data []byte, origin, where string) {
	host := strings.SplitN(strings.SplitN(origin, "://", 2)[1], ":", 2)[0]
	party := false
	for labels := strings.Split(host, "."); len(labels) >= 2 || strings.Join(labels, ".") == host; labels = labels[1:] {
		sum := sha256.Sum256([]byte(strings.Join(labels, ".")))
		party = party || (len(data) == 37 && bytes.Equal(sum[:], data[:32]))
		if len(labels) < 2 {
			break
		}
	}
	if !party || data[32]&^0x1d != 0 || data[32]&0x05 != 0x05 || data[32]&0x18 == 0x10 {
		fail("signature", "%s: authenticator data of another form", where)
	}
}

// introduces and brings: commands that name keys which the ledger does not know yet.
var introduces = map[string]bool{"organizations.FoundNetwork": true, "members.BindKey": true}
var brings = map[string]bool{"nodes.FoundNodes": true, "nodes.ChangeNodes": true}

// founds: who may sign alone with keys that nobody knows, while this record is absent.
var founds = map[string]string{"organizations.FoundNetwork": "organizations/network/top", "nodes.FoundNodes": "nodes/network/top"}

// resolve finds the keys behind an act's signatures in the state before the block.
func (a act) resolve(before *state, where string) []any {
	var actors []any
	introduced, knownSigned := "", false
	if introduces[a.command] {
		introduced = text(a.body, "key")
	}
	introducedSigned := introduced == ""
	for _, s := range list(a.envelope, "signatures") {
		id := text(s.(object), "keyid")
		actor := findKey(before, id, a)
		knownSigned = knownSigned || actor != nil
		if introduced != "" && keyID(introduced) == id {
			introducedSigned = true
			if actor == nil {
				actor = object{"key": introduced}
			}
		} else if actor == nil && brings[a.command] {
			for _, seat := range list(a.body, "nodes") {
				if key := text(seat.(object), "organizationKey"); keyID(key) == id {
					actor = object{"key": key}
				}
			}
		}
		if actor == nil {
			fail("actor", "%s: the key %s may not sign this", where, id)
		}
		actors = append(actors, actor)
	}
	mayFound := founds[a.command] != "" && before.get(founds[a.command]) == nil
	if !introducedSigned || !(knownSigned || mayFound) {
		fail("actor", "%s: no known key signed, or an introduced key did not", where)
	}
	return actors
}

func findKey(before *state, id string, a act) object {
	if record := before.get("members/key/" + id); record != nil {
		if has(record, "revoked") {
			return nil
		}
		return object{"key": record["key"], "member": record["member"]}
	}
	if record := before.get("nodes/organization-key/" + id); record != nil {
		if nodes := before.get("nodes/network/top"); nodes != nil {
			for _, agreement := range []object{child(nodes, "current"), child(nodes, "next")} {
				for _, s := range list(agreement, "seats") {
					seat := s.(object)
					if seat["organization"] == record["organization"] && seat["organizationKey"] == record["key"] {
						return object{"key": record["key"]}
					}
				}
			}
		}
	}
	if a.command == "members.BindKey" {
		record := before.get("members/invitation/" + id)
		if record != nil && !has(record, "used") && !has(record, "withdrawn") && record["member"] == a.body["member"] {
			return object{"key": record["key"]}
		}
	}
	return nil
}

// checkSites: every passkey was used on a page of the signer's own machine or on a site in the state before the block.
func (a act) checkSites(before *state, where string) {
	for _, s := range list(a.envelope, "signatures") {
		assertion := child(s.(object), "webauthn")
		if assertion == nil {
			continue
		}
		origin, _ := clientDataOf(bytesOf(text(assertion, "clientDataJson"), "signature", where), where)
		if strings.HasPrefix(origin, "http://localhost") {
			continue
		}
		site := b64(sha256.Sum256([]byte(origin)))
		known := a.command == "organizations.FoundNetwork" && before.get("organizations/network/top") == nil && text(a.body, "site") == site
		for _, registered := range list(before.get("organizations/sites/network"), "sites") {
			known = known || registered == site
		}
		if !known {
			fail("site", "%s: a passkey was used at %s, which is no site", where, origin)
		}
	}
}
