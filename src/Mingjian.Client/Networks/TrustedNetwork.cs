using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Client.Networks;

/// <summary>A network file as a verifier uses it: whose signatures make a checkpoint final.</summary>
public sealed class TrustedNetwork(NetworkFile file)
{
    public NetworkFile File { get; } = file;

    public NetworkId Network => File.Network;

    public NodeSet Nodes { get; } = new(file.Nodes);

    /// <summary>Whose signatures make a checkpoint final.</summary>
    public CheckpointPolicy Policy { get; } = new(file.Network, new NodeSet(file.Nodes));

    /// <summary>Reads a network file.</summary>
    /// <exception cref="NetworkFileException">Not a network file.</exception>
    public static TrustedNetwork Parse(ReadOnlySpan<byte> bytes) => new(NetworkFile.Parse(bytes));
}
