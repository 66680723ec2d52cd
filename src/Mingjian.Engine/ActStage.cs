using Mingjian.Engine.Admission;

namespace Mingjian.Engine;

/// <summary>How far an act has come. Numbers are stable.</summary>
public enum ActStage
{
    /// <summary>Checked by this node and on its way into the order; lost if the node is lost now.</summary>
    Accepted = 1,

    /// <summary>The order holds it for every node; not final before a quorum has executed and signed its block.</summary>
    Ordered = 2,

    /// <summary>Final; its entry says whether it was carried out or refused.</summary>
    Final = 3,

    /// <summary>A process without a node holds it; its node has not taken it yet and may be out of reach.</summary>
    Waiting = 4,
}

/// <summary>What a process knows of an act.</summary>
/// <param name="Stage">How far it has come.</param>
/// <param name="Refusal">Why it was refused before ordering; else null.</param>
public sealed record ActWord(ActStage Stage, Refusal? Refusal);
