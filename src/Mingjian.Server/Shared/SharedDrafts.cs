using System.Buffers.Binary;
using System.Text.Json;
using Mingjian.Primitives;
using Mingjian.Slices.Members;
using Mingjian.Views.Members;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Server.Shared;

/// <summary>Uploaded rosters that wait for their confirmation, at whichever process it comes; read again there.</summary>
internal sealed class SharedDrafts(SharedValues values, TimeProvider time) : IRosterDrafts
{
    private const string Kind = "roster-draft";
    private const int MaxId = 64;

    public DateTimeOffset NewExpiry => time.GetUtcNow() + RosterPreview.Lifetime;

    public async Task PutAsync(RosterDraft draft, CancellationToken cancellationToken)
    {
        var head = JsonSerializer.SerializeToUtf8Bytes(
            new Head(draft.FileName, draft.Expires, draft.Said.Encode()));
        var value = new byte[4 + head.Length + draft.File.Length];
        BinaryPrimitives.WriteInt32BigEndian(value, head.Length);
        head.CopyTo(value, 4);
        draft.File.CopyTo(value, 4 + head.Length);
        await values.RemoveOwnedAsync(Kind, draft.Owner.ToString(), cancellationToken);
        await values.PutAsync(
            Kind, draft.Id, draft.Owner.ToString(), value, draft.Expires - time.GetUtcNow(), RosterDrafts.MaxDrafts, cancellationToken);
    }

    public async Task<RosterDraft?> FindAsync(
        string id, MemberId owner, bool take, Func<byte[], RosterSaid, RosterReading> read,
        CancellationToken cancellationToken)
    {
        // Looked at before it is taken: somebody else's draft stays.
        if (id.Length > MaxId || await values.FindAsync(Kind, id, take: false, cancellationToken) is not var (value, whose)
            || whose != owner.ToString() || (take && await values.FindAsync(Kind, id, take: true, cancellationToken) is null))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(value);
        var head = JsonSerializer.Deserialize<Head>(value.AsSpan(4, length))!;
        var file = value[(4 + length)..];
        if (head.Said is null)
        {
            // By a web process of an earlier release: uploaded again, it is read as this one reads.
            return null;
        }

        var said = RosterSaid.Decode(head.Said);
        return new RosterDraft(id, owner, head.FileName, file, read(file, said), said, head.Expires);
    }

    private sealed record Head(string FileName, DateTimeOffset Expires, byte[]? Said);
}
