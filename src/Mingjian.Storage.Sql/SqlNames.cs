namespace Mingjian.Storage.Sql;

internal static class SqlNames
{
    /// <summary>Context names go into file names and DDL unquoted, so only a to z pass.</summary>
    public static void Check(string name)
    {
        if (name.Length is 0 or > 40 || !name.All(char.IsAsciiLetterLower))
        {
            throw new ArgumentException($"A context name is 1 to 40 lower-case letters: '{name}'.", nameof(name));
        }
    }
}
