using System.Globalization;
using Mingjian.Primitives;

namespace Mingjian.Log.Notes;

/// <summary>The names under which a node signs checkpoints.</summary>
public static class NodeNoteKeys
{
    /// <summary>The key with which a node signs as the log; its name is the origin, like every other node's log key.</summary>
    public static NoteKey Log(NetworkId network, Node node) => new(network.ToString(), NoteKeyType.Ed25519, node.LogKey.ToArray());

    /// <summary>The key with which a node votes.</summary>
    public static NoteKey Vote(NetworkId network, Node node) => new(VoteName(network, node.Number), NoteKeyType.Cosignature, node.VoteKey.ToArray());

    /// <summary><c>&lt;network&gt;/node/&lt;number&gt;</c>.</summary>
    public static string VoteName(NetworkId network, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{network}/node/{number}");
}
