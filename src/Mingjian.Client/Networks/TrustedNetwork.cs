using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Client.Networks;

/// <summary>A network file with its keys read: what a verifier trusts.</summary>
public sealed class TrustedNetwork
{
    /// <summary>Reads the keys.</summary>
    /// <exception cref="NetworkFileException">A key is malformed or of the wrong type, names another network, or appears twice.</exception>
    public TrustedNetwork(NetworkFile file)
    {
        File = file;
        var origin = file.Network.ToString();
        if (!NoteKey.TryParse(file.LogKey, out var log) || !string.Equals(log!.Name, origin, StringComparison.Ordinal))
        {
            throw new NetworkFileException("网络文件里的账本公钥不对。");
        }

        var nodes = new List<NoteKey>(file.Nodes.Count);
        foreach (var node in file.Nodes)
        {
            if (!NoteKey.TryParse(node.Vkey, out var key) || !string.Equals(key!.Name, node.Name, StringComparison.Ordinal))
            {
                throw new NetworkFileException($"网络文件里节点“{node.Name}”的公钥不对。");
            }

            nodes.Add(key);
        }

        try
        {
            Policy = new CheckpointPolicy(origin, log, nodes);
        }
        catch (ArgumentException e)
        {
            throw new NetworkFileException("网络文件里的公钥类型不对，或者有重复。", e);
        }
    }

    public NetworkFile File { get; }

    public NetworkId Network => File.Network;

    /// <summary>Whose signatures make a checkpoint final.</summary>
    public CheckpointPolicy Policy { get; }

    /// <summary>Reads file and keys in one go.</summary>
    /// <exception cref="NetworkFileException">Not a network file.</exception>
    public static TrustedNetwork Parse(ReadOnlySpan<byte> bytes) => new(NetworkFile.Parse(bytes));
}
