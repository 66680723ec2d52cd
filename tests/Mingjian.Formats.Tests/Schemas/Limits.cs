using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Ordering;
using Mingjian.Log.Entries;
using Mingjian.Primitives;

namespace Mingjian.Formats.Tests.Schemas;

/// <summary>Sizes of lists and ranges of numbers that hold in every entry of a log, and how state keys are made: what types do not say.</summary>
internal static class Limits
{
    /// <summary>Months of one payment (RecordPaymentRules.MostItems).</summary>
    private const int MostItems = 12;

    public static Dictionary<(Type, string), (long Low, long High)> All { get; } = new()
    {
        [(typeof(SitesRecord), nameof(SitesRecord.Sites))] = (1, SitesRecord.Max),
        [(typeof(OrganizationRecord), nameof(OrganizationRecord.Depth))] = (0, OrganizationRecord.MaxDepth),
        [(typeof(ImportMembers), nameof(ImportMembers.Rows))] = (1, ImportMembers.MaxRows),
        [(typeof(ImportMembers), nameof(ImportMembers.Chunk))] = (0, ImportRecord.MaxChunks - 1),
        [(typeof(ImportMembers), nameof(ImportMembers.Chunks))] = (1, ImportRecord.MaxChunks),
        [(typeof(MembersImported), nameof(MembersImported.Rows))] = (1, ImportMembers.MaxRows),
        [(typeof(MemberKeysRecord), nameof(MemberKeysRecord.Keys))] = (0, MemberKeysRecord.Max),
        [(typeof(SetStandards), nameof(SetStandards.Lines))] = (1, SetStandards.MaxLines),
        [(typeof(AssessDues), nameof(AssessDues.Members))] = (1, AssessDues.MaxMembers),
        [(typeof(RecordPayment), nameof(RecordPayment.Items))] = (1, MostItems),
        [(typeof(PaymentRecorded), nameof(PaymentRecorded.Items))] = (1, MostItems),
        [(typeof(MonthRecord), nameof(MonthRecord.Payments))] = (0, MonthRecord.MaxPayments),
        [(typeof(FoundNodes), nameof(FoundNodes.Nodes))] = (1, NodeSet.MaxNodes),
        [(typeof(NodesFounded), nameof(NodesFounded.Nodes))] = (1, NodeSet.MaxNodes),
        [(typeof(ChangeNodes), nameof(ChangeNodes.Nodes))] = (1, NodeSet.MaxNodes),
        [(typeof(NodesChanged), nameof(NodesChanged.Nodes))] = (1, NodeSet.MaxNodes),
        [(typeof(Agreement), nameof(Agreement.Seats))] = (1, NodeSet.MaxNodes),
        [(typeof(RestartHeight), nameof(RestartHeight.Skip))] = (0, RestartHeight.MaxSkip),
        [(typeof(RestartHeight), nameof(RestartHeight.Statements))] = (1, NodeSet.MaxNodes),
        [(typeof(HeightRestarted), nameof(HeightRestarted.Skip))] = (0, RestartHeight.MaxSkip),
        [(typeof(Envelope), nameof(Envelope.Signatures))] = (0, Envelope.MaxSignatures),
        [(typeof(BatchPosition), nameof(BatchPosition.Size))] = (1, BatchPosition.MaxSize),
        [(typeof(BatchPosition), nameof(BatchPosition.Index))] = (0, BatchPosition.MaxSize - 1),
        [(typeof(BatchPosition), nameof(BatchPosition.Path))] = (0, BatchPosition.MaxPathLength),
        [(typeof(TransactionEntry), nameof(TransactionEntry.Height))] = (1, long.MaxValue),
        [(typeof(SealEntry), nameof(SealEntry.Entries))] = (1, int.MaxValue),
        [(typeof(SealEntry), nameof(SealEntry.Epoch))] = (1, int.MaxValue),
        [(typeof(SealEntry), nameof(SealEntry.Height))] = (1, long.MaxValue),
        [(typeof(VoteMessage), nameof(VoteMessage.Height))] = (1, long.MaxValue),
        [(typeof(BatchHeader), nameof(BatchHeader.Node))] = (1, int.MaxValue),
    };

    /// <summary>What stands behind a state table's prefix; names of values.json, and: Hex32 = 64 lower-case hexadecimal digits, Number = decimal without leading zeros.</summary>
    public static Dictionary<string, string> Keys { get; } = new(StringComparer.Ordinal)
    {
        ["organizations/network/"] = "top",
        ["organizations/organization/"] = "{OrganizationId}",
        ["organizations/posts/"] = "{MemberId}",
        ["organizations/sites/"] = "network",
        ["members/member/"] = "{MemberId}",
        ["members/identity/"] = "{Hex32}",
        ["members/import/"] = "{ImportId}",
        ["members/import-chunk/"] = "{ImportId}/{Number}",
        ["members/import-use/"] = "{ImportId}",
        ["members/key/"] = "{KeyId}",
        ["members/keys/"] = "{MemberId}",
        ["members/invitation/"] = "{KeyId}",
        ["dues/policy/"] = "{OrganizationId}",
        ["dues/standard/"] = "{MemberId}",
        ["dues/reduction/"] = "{MemberId}",
        ["dues/month/"] = "{MemberId}/{Month}",
        ["dues/payment/"] = "{PaymentId}",
        ["dues/answer/"] = "{PaymentId}",
        ["nodes/network/"] = "top",
        ["nodes/node-key/"] = "{Hex32}",
        ["nodes/organization-key/"] = "{KeyId}",
        ["nodes/agreement/"] = "{Number}",
        ["nodes/protocol/"] = "top",
        ["nodes/carried/"] = "{Number}",
    };
}
