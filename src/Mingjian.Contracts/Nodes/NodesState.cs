using System.Globalization;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>State tables of the contract <c>nodes</c>.</summary>
public static class NodesState
{
    /// <summary>One record, key <c>nodes/network/top</c>: present once the network agreement is signed.</summary>
    public static StateTable<NodesRecord> Network { get; } = new("nodes/network/", NodesJson.Forms.Of<NodesRecord>());

    /// <summary><c>nodes/node-key/&lt;hex of the Ed25519 key&gt;</c>: every key that a node ever had.</summary>
    public static StateTable<NodeKeyRecord> NodeKeys { get; } = new("nodes/node-key/", NodesJson.Forms.Of<NodeKeyRecord>());

    /// <summary><c>nodes/agreement/&lt;n&gt;</c>: every agreement there ever was, from 1, so that verifiers can be led through all changes.</summary>
    public static StateTable<Agreement> Agreements { get; } = new("nodes/agreement/", NodesJson.Forms.Of<Agreement>());

    /// <summary>One record, key <c>nodes/protocol/top</c>: which protocol held from which height; absent while it is 1.</summary>
    public static StateTable<ProtocolRecord> Protocols { get; } = new("nodes/protocol/", NodesJson.Forms.Of<ProtocolRecord>());

    /// <summary><c>nodes/carried/&lt;n&gt;</c>: the newest protocol that a node's program carries, by its own word; absent = 1.</summary>
    public static StateTable<CarriedRecord> Carried { get; } = new("nodes/carried/", NodesJson.Forms.Of<CarriedRecord>());

    public static StateKey<ProtocolRecord> ProtocolKey => Protocols.Key("top");

    public static StateKey<NodesRecord> TopKey => Network.Key("top");

    public static NodesRecord? Nodes(this IStateReader state) => state.Get(TopKey);

    /// <summary>The protocol by whose rules the block of a height is made.</summary>
    public static int ProtocolAt(this IStateReader state, long height) => state.Get(ProtocolKey)?.At(height) ?? ProtocolRecord.First;

    /// <summary>The newest protocol that a node's program carries, by its own word.</summary>
    public static int CarriedBy(this IStateReader state, int node) => state.Get(CarriedKey(node))?.Highest ?? ProtocolRecord.First;

    internal static StateKey<CarriedRecord> CarriedKey(int node) => Carried.Key(node.ToString(CultureInfo.InvariantCulture));

    /// <summary>The n-th agreement, from 1, or null.</summary>
    public static Agreement? Agreement(this IStateReader state, int n) => state.Get(AgreementKey(n));

    /// <summary>The agreement under which the block of a height is or was signed; null before the first.</summary>
    public static Agreement? AgreementAt(this IStateReader state, long height)
    {
        for (var n = state.Nodes()?.Agreements ?? 0; n > 0; n--)
        {
            if (state.Agreement(n) is { } agreement && agreement.From <= height)
            {
                return agreement;
            }
        }

        return null;
    }

    internal static StateKey<Agreement> AgreementKey(int n) => Agreements.Key(n.ToString(CultureInfo.InvariantCulture));

    /// <summary>The network key of an organisation that has a node now or will have one, or null.</summary>
    public static OrganizationKeyRecord? OrganizationKey(this IStateReader state, KeyId id) =>
        state.Get(KeysState.OrganizationKeys.Key(id)) is { } record && state.Nodes() is { } nodes
        && (nodes.Current.Speaks(record) || nodes.Next?.Speaks(record) == true)
            ? record
            : null;

    internal static NodeKeyRecord? NodeKey(this IStateReader state, Ed25519PublicKey key) => state.Get(NodeKeys.Key(Hex(key)));

    internal static string Hex(Ed25519PublicKey key) => new Hash32(key.ToArray()).ToHex();
}

/// <summary>Who runs the network's nodes, now and after the change that is due.</summary>
/// <param name="Current">Signs up to the block before <see cref="Next"/> begins, or for good when there is none.</param>
/// <param name="Next">Null before the first change. Stays here after it has come into effect, until the next change.</param>
/// <param name="Epoch">1; the highest of all restarts of heights that were recorded.</param>
/// <param name="HighestNumber">The highest number ever given to a node.</param>
/// <param name="Agreements">How many agreements there have been, the one that is due included.</param>
/// <param name="Restart">The newest restart that was recorded; null before the first.</param>
public sealed record NodesRecord(Agreement Current, Agreement? Next, int Epoch, int HighestNumber, int Agreements, RestartRecord? Restart = null)
{
    /// <summary>The agreement under which the block of a height is signed.</summary>
    public Agreement At(long height) => Next is { } next && height >= next.From ? next : Current;

    /// <summary>A decided change is not yet in effect at a height.</summary>
    public bool IsPending(long height) => Next is { } next && height < next.From;
}

/// <summary>A restart of a height.</summary>
/// <param name="Epoch">In which that height was voted on from then on.</param>
/// <param name="Height">That had stood still.</param>
/// <param name="Raised">The block that last raised the network's epoch: up to it, heights were voted on in an earlier one.</param>
public sealed record RestartRecord(int Epoch, long Height, long Raised)
{
    /// <summary>Whether another restart began before this one was recorded, or before the epoch was raised, and came after it in the order.</summary>
    internal bool MayPrecede(int epoch, long height) => height <= Raised && (height > Height || (height == Height && epoch > Epoch));
}

/// <summary>Which protocol held from which height.</summary>
/// <param name="Steps">Ascending by height and by version; before the first it is <see cref="First"/>. The last may lie ahead.</param>
public sealed record ProtocolRecord(IReadOnlyList<ProtocolStep> Steps)
{
    /// <summary>What every ledger begins with.</summary>
    public const int First = 1;

    /// <summary>The protocol by whose rules the block of a height is made.</summary>
    public int At(long height)
    {
        for (var i = Steps.Count - 1; i >= 0; i--)
        {
            if (Steps[i].From <= height)
            {
                return Steps[i].Version;
            }
        }

        return First;
    }

    /// <summary>The decision that is not in effect at a height yet, or null.</summary>
    public ProtocolStep? Pending(long height) => Steps[^1] is var last && last.From > height ? last : null;

    /// <summary>With a step more, in place of one that is not in effect at a height.</summary>
    internal ProtocolRecord With(ProtocolStep step, long height) => new([.. Steps.Where(s => s.From <= height), step]);
}

/// <param name="From">First height made by it.</param>
/// <param name="Version">The protocol.</param>
public sealed record ProtocolStep(long From, int Version);

/// <param name="Highest">The newest protocol that the node's program carries.</param>
public sealed record CarriedRecord(int Highest);

/// <summary>A version of the network agreement: the charter and who has a node under it.</summary>
/// <param name="Charter">SHA-256 of the charter's document.</param>
/// <param name="Version">Of the charter, from 1.</param>
/// <param name="From">First height that these nodes sign.</param>
/// <param name="Seats">Ascending by number.</param>
public sealed record Agreement(Hash32 Charter, int Version, long From, IReadOnlyList<Seat> Seats)
{
    /// <summary>The seats as seals and verifiers know them.</summary>
    public NodeSet ToNodeSet() => new(Seats);

    internal Seat? Find(int number) => SeatList.Find(Seats, number);

    internal bool Speaks(OrganizationKeyRecord record)
    {
        foreach (var seat in Seats)
        {
            if (seat.Organization == record.Organization)
            {
                return seat.OrganizationKey == record.Key;
            }
        }

        return false;
    }
}

/// <summary>What an Ed25519 key of a node is for.</summary>
public enum NodeKeyUse
{
    Batch = 1,
    Log = 2,
    Vote = 3,
}

/// <param name="Node">Number of the node whose key it is or was.</param>
/// <param name="Use">What for.</param>
public sealed record NodeKeyRecord(int Node, NodeKeyUse Use);
