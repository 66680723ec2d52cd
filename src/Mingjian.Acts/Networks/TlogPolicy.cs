using System.Globalization;
using System.Text;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Acts.Networks;

/// <summary>A network's nodes as a C2SP tlog-policy, for verifiers that we did not write.</summary>
public static class TlogPolicy
{
    /// <summary>Every node's log key is a log of the same origin, every vote key a witness; the quorum is floor(2n/3)+1 of them.</summary>
    public static string Write(NetworkId network, NodeSet nodes)
    {
        var text = new StringBuilder();
        foreach (var node in nodes.Nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"log {NodeNoteKeys.Log(network, node)}\n");
        }

        foreach (var node in nodes.Nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"witness node-{node.Number} {NodeNoteKeys.Vote(network, node)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"group nodes {nodes.Quorum}");
        foreach (var node in nodes.Nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $" node-{node.Number}");
        }

        return text.Append("\nquorum nodes\n").ToString();
    }
}
