namespace Mingjian.Primitives.Text;

/// <summary>Tables of text that travel inside an assembly.</summary>
public static class TextTable
{
    /// <summary>Lines of the embedded file <paramref name="name"/> of the assembly of <paramref name="owner"/>, without blank ones and comments (#).</summary>
    /// <exception cref="FileNotFoundException">The assembly holds no such file.</exception>
    public static IEnumerable<string> ReadLines(Type owner, string name)
    {
        using var stream = owner.Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException("No such table.", name);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}
