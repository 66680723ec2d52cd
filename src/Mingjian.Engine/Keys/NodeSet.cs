using System.Text;
using Mingjian.Primitives;

namespace Mingjian.Engine.Keys;

/// <summary>The nodes whose signatures make blocks final.</summary>
public static class NodeSet
{
    /// <summary>Signatures that make a block final among <paramref name="nodes"/> nodes: floor(2n/3) + 1.</summary>
    public static int Quorum(int nodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        return (2 * nodes / 3) + 1;
    }

    /// <summary>SHA-256 over the nodes' verifier keys, each followed by a newline, in the set's order.</summary>
    public static Hash32 Hash(IReadOnlyList<string> verifierKeys) =>
        Hash32.Of(Encoding.UTF8.GetBytes(string.Concat(verifierKeys.Select(k => k + "\n"))));
}
