using Mingjian.Primitives;

namespace Mingjian.Contracts.Nodes;

/// <summary>Why <c>nodes</c> refuses; in order of precedence, numbers never reused.</summary>
public enum NodesRejection
{
    /// <summary>Not a list of 1 to <see cref="NodeSet.MaxNodes"/> nodes with organisations and keys all different, or a value out of range.</summary>
    Malformed = 1001,

    /// <summary>The agreement exists already.</summary>
    AlreadyFounded = 1101,

    /// <summary>The list is not the seats that every node was founded with, or their numbers are not 1 to n; a node that is alone was founded with none.</summary>
    NotTheFoundingNodes = 1102,

    /// <summary>A founding organisation's key did not sign.</summary>
    FounderDidNotSign = 1103,

    /// <summary>The ledger was founded without a network agreement.</summary>
    NotFounded = 1201,

    /// <summary>Fewer than floor(2n/3)+1 of the present organisations signed.</summary>
    QuorumMissing = 1202,

    /// <summary>An earlier change is not in effect yet.</summary>
    ChangePending = 1203,

    /// <summary>Charter and nodes are the present ones.</summary>
    NothingChanges = 1204,

    /// <summary>New nodes take the next numbers in order; a number that was given once is never given again.</summary>
    NumberNotNext = 1205,

    /// <summary>A number stays with its organisation.</summary>
    NumberOfAnother = 1206,

    /// <summary>More than max(1, floor((n-1)/3)) nodes differ.</summary>
    TooManyDiffer = 1207,

    /// <summary>A node key was used before, by another node or for another purpose or by this node in the past.</summary>
    NodeKeyUsed = 1208,

    /// <summary>An organisation's key belongs to another organisation, or to a member.</summary>
    OrganizationKeyTaken = 1209,

    /// <summary>The organisation of a new or changed node did not sign with the key that the list gives it.</summary>
    NewcomerDidNotSign = 1210,

    /// <summary>The epoch does not follow the present one.</summary>
    EpochNotNext = 1301,

    /// <summary>The height lies ahead of the block that records the restart, or is that block although no position was skipped.</summary>
    WrongHeight = 1302,

    /// <summary>A statement is of a node that does not sign this height, or was not signed by the node's organisation.</summary>
    StatementNotSigned = 1303,

    /// <summary>Fewer statements than the quorum.</summary>
    TooFewStatements = 1304,

    /// <summary>What some nodes voted for may have become final: it must not be skipped.</summary>
    MayBeFinal = 1305,

    /// <summary>The protocol is not newer than the one in force.</summary>
    ProtocolNotNewer = 1401,

    /// <summary>The height is less than two ahead of this block, or more than a million.</summary>
    ProtocolFromOutOfRange = 1402,

    /// <summary>An earlier decision comes into effect with the next block; it can no longer be replaced.</summary>
    ProtocolChangeImminent = 1403,

    /// <summary>Fewer than floor(2n/3)+1 of the nodes that sign that height have a program that carries the protocol.</summary>
    TooFewNodesCarry = 1404,
}
