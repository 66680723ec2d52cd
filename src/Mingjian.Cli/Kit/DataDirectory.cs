using Mingjian.Primitives;

namespace Mingjian.Cli.Kit;

/// <summary>A server's data of one network.</summary>
/// <param name="Path">The folder that holds <c>network.txt</c>.</param>
/// <param name="Network">From that file.</param>
internal sealed record DataDirectory(string Path, NetworkId Network)
{
    /// <summary>Demo data live in a folder of that name.</summary>
    public bool IsDemo => System.IO.Path.GetFileName(Path) == "demo";

    /// <summary>The folder itself, or the only network below it.</summary>
    /// <exception cref="CommandException">No network there, or two.</exception>
    public static DataDirectory Find(string path)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        // Also below a node's directory of mingjian network.
        string[] candidates =
        [
            full, System.IO.Path.Combine(full, "network"), System.IO.Path.Combine(full, "demo"),
            System.IO.Path.Combine(full, "data", "network"), System.IO.Path.Combine(full, "data", "demo"),
        ];
        var found = candidates.Where(c => File.Exists(System.IO.Path.Combine(c, "network.txt"))).ToList();
        return found.Count switch
        {
            0 => throw new CommandException($"{full} 不是明鉴的数据目录（没有 network.txt），也不是 tile 目录（没有 checkpoint）。"),
            1 => new DataDirectory(found[0], ReadNetwork(found[0])),
            _ => throw new CommandException($"{full} 里有两个账本，请指明：{string.Join(" 或 ", found)}"),
        };
    }

    private static NetworkId ReadNetwork(string path) =>
        NetworkId.TryParse(File.ReadAllText(System.IO.Path.Combine(path, "network.txt")).Trim(), out var network)
            ? network
            : throw new CommandException($"{path}/network.txt 不是账本名称。");
}
