package main

// What every event does to the state: docs/reference/formats.md, "Effects of events". One function an event.

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// blockContext is all that an effect knows beside the state and the event.
type blockContext struct {
	height, time int64
	today        string // the block's day in Beijing
	founders     nodeSet
}

var effects = map[string]func(s *state, e object, c blockContext){
	"organizations.NetworkFounded":          networkFounded,
	"organizations.OrganizationEstablished": organizationEstablished,
	"organizations.MemberAppointed":         memberAppointed,
	"organizations.AppointmentEnded":        appointmentEnded,
	"organizations.SiteRegistered":          siteRegistered,
	"organizations.SiteRemoved":             siteRemoved,
	"members.MembersImported":               membersImported,
	"members.ImportWithdrawn":               importWithdrawn,
	"members.InvitationIssued":              invitationIssued,
	"members.InvitationConfirmed":           invitationConfirmed,
	"members.InvitationWithdrawn":           invitationWithdrawn,
	"members.KeyBound":                      keyBound,
	"members.KeyRevoked":                    keyRevoked,
	"dues.DuesPolicySet":                    policySet,
	"dues.StandardSet":                      standardSet,
	"dues.ReductionProposed":                reductionProposed,
	"dues.ReductionDecided":                 reductionDecided,
	"dues.DuesAssessed":                     duesAssessed,
	"dues.PaymentRecorded":                  paymentRecorded,
	"dues.VoluntaryPaymentRecorded":         voluntaryPaymentRecorded,
	"dues.PaymentReversed":                  paymentReversed,
	"dues.PaymentConfirmed":                 answered(2),
	"dues.PaymentDisputed":                  disputed,
	"dues.DisputeWithdrawn":                 answered(1),
	"dues.DisputeAnswered":                  disputeAnswered,
	"dues.AnswerReplied":                    answerReplied,
	"nodes.NodesFounded":                    nodesFounded,
	"nodes.NodesChanged":                    nodesChanged,
	"nodes.HeightRestarted":                 heightRestarted,
	"nodes.ProtocolActivated":               protocolActivated,
}

func networkFounded(s *state, e object, c blockContext) {
	committee, officer := text(e, "committee"), text(e, "officer")
	s.put("organizations/network/top", object{"committee": committee, "founded": c.today})
	s.put("organizations/organization/"+committee, object{"organization": committee, "kind": 1, "depth": 0, "name": e["name"]})
	if has(e, "site") {
		s.put("organizations/sites/network", object{"sites": []any{e["site"]}})
	}
	s.put("organizations/posts/"+officer, object{"appointments": []any{object{"organization": committee, "post": 1, "from": c.today}}})
	s.put("members/member/"+officer, object{"member": officer, "branch": committee, "standing": 1, "admitted": c.today, "fullSince": c.today})
	id := keyID(text(e, "key"))
	s.put("members/key/"+id, object{"key": e["key"], "member": officer, "since": c.time})
	s.put("members/keys/"+officer, object{"keys": []any{id}, "behind": []any{}})
}

func organizationEstablished(s *state, e object, c blockContext) {
	higher := s.get("organizations/organization/" + text(e, "higher"))
	s.put("organizations/organization/"+text(e, "organization"), with(pick(e, "organization higher kind name"), object{"depth": number(higher, "depth") + 1}))
}

func hasEnded(appointment object, today string) bool {
	return has(appointment, "until") && text(appointment, "until") < today
}

func memberAppointed(s *state, e object, c blockContext) {
	key, kept := "organizations/posts/"+text(e, "member"), []any{}
	for _, a := range list(s.get(key), "appointments") {
		if !hasEnded(a.(object), c.today) {
			kept = append(kept, a)
		}
	}
	s.put(key, object{"appointments": append(kept, pick(e, "organization post from until"))})
	markInUse(s, text(e, "member"))
}

func appointmentEnded(s *state, e object, c blockContext) {
	key, kept, done := "organizations/posts/"+text(e, "member"), []any{}, ""
	for _, a := range list(s.get(key), "appointments") {
		held := a.(object)
		is := held["organization"] == e["organization"] && held["post"] == e["post"]
		// The first that has not ended, and others that are the same in every member.
		if is && (done == "" && !hasEnded(held, c.today) || done == string(encode(held))) {
			done = string(encode(held))
			if text(held, "from") <= text(e, "lastDay") {
				kept = append(kept, with(held, object{"until": e["lastDay"]}))
			}
			continue
		}
		kept = append(kept, held)
	}
	s.put(key, object{"appointments": kept})
}

func siteRegistered(s *state, e object, c blockContext) {
	sites := append([]any{}, list(s.get("organizations/sites/network"), "sites")...)
	s.put("organizations/sites/network", object{"sites": append(sites, e["site"])})
}

func siteRemoved(s *state, e object, c blockContext) {
	left := without(list(s.get("organizations/sites/network"), "sites"), e["site"])
	if len(left) == 0 {
		s.remove("organizations/sites/network")
	} else {
		s.put("organizations/sites/network", object{"sites": left})
	}
}

func without(items []any, gone any) []any {
	left := []any{}
	for _, item := range items {
		if item != gone {
			left = append(left, item)
		}
	}
	return left
}

func membersImported(s *state, e object, c blockContext) {
	id, rows := text(e, "import"), list(e, "rows")
	record := s.get("members/import/" + id)
	if record == nil {
		record = object{"import": id, "chunks": e["chunks"], "received": int64(0), "members": int64(0), "branch": rows[0].(object)["branch"], "by": e["by"], "withdrawn": false}
	}
	s.put("members/import/"+id, with(record, object{"received": number(record, "received") + 1, "members": number(record, "members") + int64(len(rows))}))
	s.put(fmt.Sprintf("members/import-chunk/%s/%d", id, number(e, "chunk")), object{"rows": len(rows)})
	for _, r := range rows {
		row := r.(object)
		s.put("members/member/"+text(row, "member"), with(pick(row, "member branch standing admitted fullSince name record"), object{"import": id}))
		identity := hashOf(text(row, "identity"), "state", "identity")
		s.put("members/identity/"+hex.EncodeToString(identity[:]), object{"member": row["member"], "import": id})
	}
}

func importWithdrawn(s *state, e object, c blockContext) {
	key := "members/import/" + text(e, "import")
	s.put(key, with(s.get(key), object{"withdrawn": true}))
}

func markInUse(s *state, member string) {
	if record := s.get("members/member/" + member); has(record, "import") {
		if key := "members/import-use/" + text(record, "import"); s.get(key) == nil {
			s.put(key, object{"first": member})
		}
	}
}

func invitationIssued(s *state, e object, c blockContext) {
	s.put("members/invitation/"+keyID(text(e, "key")), pick(e, "member key expires by with"))
}

func invitationConfirmed(s *state, e object, c blockContext) {
	key := "members/invitation/" + text(e, "invitation")
	s.put(key, with(s.get(key), object{"confirmed": pick(e, "by with opens")}))
}

func invitationWithdrawn(s *state, e object, c blockContext) {
	key := "members/invitation/" + text(e, "invitation")
	s.put(key, with(s.get(key), object{"withdrawn": c.time}))
}

func keyBound(s *state, e object, c blockContext) {
	member, id := text(e, "member"), keyID(text(e, "key"))
	s.put("members/key/"+id, with(pick(e, "key member by confirmedBy"), object{"since": c.time}))
	keys := s.get("members/keys/" + member)
	behind := append([]any{}, list(keys, "behind")...)
	add := func(one string) {
		for _, known := range behind {
			if known == one {
				return
			}
		}
		if one != member {
			behind = append(behind, one)
		}
	}
	for _, bringer := range []string{text(e, "by"), text(e, "confirmedBy")} {
		if bringer != "" && bringer != member {
			add(bringer)
			for _, one := range list(s.get("members/keys/"+bringer), "behind") {
				add(one.(string))
			}
		}
	}
	s.put("members/keys/"+member, object{"keys": append(append([]any{}, list(keys, "keys")...), id), "behind": behind})
	invitation := "members/invitation/" + text(e, "invitation")
	s.put(invitation, with(s.get(invitation), object{"used": id}))
	markInUse(s, member)
}

func keyRevoked(s *state, e object, c blockContext) {
	key, keys := "members/key/"+text(e, "key"), "members/keys/"+text(e, "member")
	s.put(key, with(s.get(key), object{"revoked": c.time, "reason": e["reason"]}))
	record := s.get(keys)
	s.put(keys, with(record, object{"keys": without(list(record, "keys"), e["key"])}))
}

func policySet(s *state, e object, c blockContext) {
	s.put("dues/policy/"+text(e, "organization"), pick(e, "rounding unit baseChange components"))
}

// month is the number of a month: 12 a year.
func month(t string) int64 {
	year, _ := strconv.ParseInt(t[:4], 10, 64)
	inYear, _ := strconv.ParseInt(t[5:7], 10, 64)
	return year*12 + inYear - 1
}

const monthsBack = 60

func standardSet(s *state, e object, c blockContext) {
	key, kept := "dues/standard/"+text(e, "member"), []any{}
	for _, item := range list(s.get(key), "standards") {
		standard := item.(object)
		if standard["from"] == e["from"] {
			continue
		}
		if month(text(standard, "from")) <= month(c.today)-monthsBack {
			kept = nil
		}
		kept = append(kept, standard)
	}
	s.put(key, object{"standards": append(kept, pick(e, "from class monthly base"))})
}

func reductionProposed(s *state, e object, c blockContext) {
	added := with(pick(e, "from until monthly"), object{"outcome": int64(1), "proposedBy": e["by"]})
	key, kept, placed := "dues/reduction/"+text(e, "member"), []any{}, false
	for _, item := range list(s.get(key), "reductions") {
		r := item.(object)
		overlaps := text(r, "from") <= text(added, "until") && text(added, "from") <= text(r, "until")
		if month(text(r, "until")) < month(c.today)-monthsBack || (number(r, "outcome") == 3 && overlaps) {
			continue
		}
		if !placed && text(r, "from") > text(added, "from") {
			kept, placed = append(kept, added), true
		}
		kept = append(kept, r)
	}
	if !placed {
		kept = append(kept, added)
	}
	s.put(key, object{"reductions": kept})
	markInUse(s, text(e, "member"))
}

func reductionDecided(s *state, e object, c blockContext) {
	key, outcome, all, done := "dues/reduction/"+text(e, "member"), int64(3), []any{}, false
	if e["approved"] == true {
		outcome = 2
	}
	for _, item := range list(s.get(key), "reductions") {
		r := item.(object)
		if !done && number(r, "outcome") == 1 && r["from"] == e["from"] {
			r, done = with(r, object{"outcome": outcome, "decidedBy": e["by"]}), true
		}
		all = append(all, r)
	}
	s.put(key, object{"reductions": all})
}

func duesAssessed(s *state, e object, c blockContext) {
	s.put("dues/month/"+text(e, "member")+"/"+text(e, "month"),
		with(pick(e, "member month branch due class base rule reduced"), object{"paid": "0.00", "payments": []any{}}))
	markInUse(s, text(e, "member"))
}

func fen(t string) int64 {
	value, err := strconv.ParseInt(strings.Replace(t, ".", "", 1), 10, 64)
	if err != nil {
		fail("state", "no amount: %s", t)
	}
	return value
}

func yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

func paymentRecorded(s *state, e object, c blockContext) {
	var items []any
	total := int64(0)
	for _, i := range list(e, "items") {
		item := i.(object)
		items = append(items, pick(item, "month amount"))
		total += fen(text(item, "amount"))
		key := "dues/month/" + text(e, "member") + "/" + text(item, "month")
		record := s.get(key)
		s.put(key, with(record, object{
			"paid":     yuan(fen(text(record, "paid")) + fen(text(item, "amount"))),
			"payments": append(append([]any{}, list(record, "payments")...), e["payment"]),
		}))
	}
	s.put("dues/payment/"+text(e, "payment"), with(pick(e, "payment member branch collector date method payer basis"),
		object{"items": items, "total": yuan(total), "fund": 1, "answer": 1}))
}

func voluntaryPaymentRecorded(s *state, e object, c blockContext) {
	s.put("dues/payment/"+text(e, "payment"), with(pick(e, "payment member branch collector date method fund"),
		object{"payer": 1, "items": []any{}, "total": e["amount"], "answer": 1}))
	markInUse(s, text(e, "member"))
}

func paymentReversed(s *state, e object, c blockContext) {
	key := "dues/payment/" + text(e, "payment")
	payment := s.get(key)
	for _, i := range list(payment, "items") {
		item := i.(object)
		month := "dues/month/" + text(payment, "member") + "/" + text(item, "month")
		record := s.get(month)
		s.put(month, with(record, object{
			"paid":     yuan(fen(text(record, "paid")) - fen(text(item, "amount"))),
			"payments": without(list(record, "payments"), e["payment"]),
		}))
	}
	s.put(key, with(payment, object{"reversed": e["reason"]}))
}

func answered(answer int64) func(s *state, e object, c blockContext) {
	return func(s *state, e object, c blockContext) {
		key := "dues/payment/" + text(e, "payment")
		s.put(key, with(s.get(key), object{"answer": answer, "dispute": e["reason"]}))
	}
}

// A new dispute: what was answered to an earlier one is over.
func disputed(s *state, e object, c blockContext) {
	answered(3)(s, e, c)
	if key := "dues/answer/" + text(e, "payment"); s.get(key) != nil {
		s.remove(key)
	}
}

func disputeAnswered(s *state, e object, c blockContext) {
	s.put("dues/answer/"+text(e, "payment"), object{"payment": e["payment"], "answer": e["answer"], "by": e["by"]})
}

func answerReplied(s *state, e object, c blockContext) {
	key := "dues/answer/" + text(e, "payment")
	s.put(key, with(s.get(key), object{"accepted": e["accepted"]}))
	if e["settled"] == true {
		answered(2)(s, e, c)
	}
}

func putNodeKeys(s *state, seats []any) {
	for _, item := range seats {
		seat := item.(object)
		one := child(seat, "node")
		for use, name := range []string{"batchKey", "logKey", "voteKey"} {
			key := hashOf(text(one, name), "state", name)
			s.put("nodes/node-key/"+hex.EncodeToString(key[:]), object{"node": one["number"], "use": use + 1})
		}
		s.put("nodes/organization-key/"+keyID(text(seat, "organizationKey")), object{"key": seat["organizationKey"], "organization": seat["organization"]})
	}
}

func nodesFounded(s *state, e object, c blockContext) {
	seats := list(e, "nodes")
	if readNodes(seats, "NodesFounded").hash != c.founders.hash {
		fail("nodes", "the agreement is not of the nodes of the network file")
	}
	first := object{"charter": e["charter"], "version": int64(1), "from": int64(1), "seats": seats}
	s.put("nodes/network/top", object{"current": first, "epoch": 1, "highestNumber": len(seats), "agreements": 1})
	s.put("nodes/agreement/1", first)
	putNodeKeys(s, seats)
	if version := number(e, "protocol"); version > 1 {
		s.put("nodes/protocol/top", object{"steps": []any{object{"from": c.height + 1, "version": version}}})
		for _, seat := range seats {
			s.put(carriedKey(number(child(seat.(object), "node"), "number")), object{"highest": version})
		}
	}
}

func carriedKey(node int64) string { return fmt.Sprintf("nodes/carried/%d", node) }

// protocolActivated: a decision that is not in effect yet gives way to the new one.
func protocolActivated(s *state, e object, c blockContext) {
	steps := []any{}
	if record := s.get("nodes/protocol/top"); record != nil {
		for _, item := range list(record, "steps") {
			if number(item.(object), "from") <= c.height {
				steps = append(steps, item)
			}
		}
	}
	s.put("nodes/protocol/top", object{"steps": append(steps, object{"from": e["from"], "version": e["version"]})})
}

// protocolAt is the protocol by which the block of a height is made.
func protocolAt(s *state, height int64) int64 {
	version := int64(1)
	if record := s.get("nodes/protocol/top"); record != nil {
		for _, item := range list(record, "steps") {
			if step := item.(object); number(step, "from") <= height {
				version = number(step, "version")
			}
		}
	}
	return version
}

// stated writes down what the proposer says of its program where it is new; false when the state says it already.
func stated(s *state, alone bool, member bool, proposer, carries, height int64) bool {
	if alone {
		newest := protocolAt(s, 1<<62)
		if newest >= carries {
			return false
		}
		steps := []any{}
		if record := s.get("nodes/protocol/top"); record != nil {
			steps = list(record, "steps")
		}
		s.put("nodes/protocol/top", object{"steps": append(steps, object{"from": height + 1, "version": carries})})
		return true
	}
	if s.get("nodes/network/top") == nil || !member {
		return false
	}
	known := int64(1)
	if record := s.get(carriedKey(proposer)); record != nil {
		known = number(record, "highest")
	}
	if known == carries {
		return false
	}
	s.put(carriedKey(proposer), object{"highest": carries})
	return true
}

func nodesChanged(s *state, e object, c blockContext) {
	record, seats := s.get("nodes/network/top"), list(e, "nodes")
	next := object{"charter": e["charter"], "version": e["version"], "from": e["from"], "seats": seats}
	highest, last := number(record, "highestNumber"), number(child(seats[len(seats)-1].(object), "node"), "number")
	if last > highest {
		highest = last
	}
	n := number(record, "agreements") + 1
	s.put("nodes/network/top", with(record, object{"current": agreementAt(record, c.height), "next": next, "highestNumber": highest, "agreements": n}))
	s.put(fmt.Sprintf("nodes/agreement/%d", n), next)
	putNodeKeys(s, seats)
}

func heightRestarted(s *state, e object, c blockContext) {
	record, epoch := s.get("nodes/network/top"), number(e, "epoch")
	highest, raised := number(record, "epoch"), c.height
	if epoch <= highest {
		raised = number(child(record, "restart"), "raised")
	} else {
		highest = epoch
	}
	s.put("nodes/network/top", with(record, object{
		"epoch": highest, "restart": object{"epoch": epoch, "height": e["height"], "raised": raised}}))
}

func beijing(milliseconds int64) string {
	return time.UnixMilli(milliseconds + 8*3600*1000).UTC().Format("2006-01-02")
}
