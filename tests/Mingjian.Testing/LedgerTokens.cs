using System.Security.Cryptography;
using System.Text;

namespace Mingjian.Testing;

/// <summary>Lets a test read a server's entries as an auditor does, by writing the file of grants as docs/reference/formats.md has it.</summary>
public static class LedgerTokens
{
    /// <summary>A token that opens the entries of a server on this data for a year, whatever its clock says from 2020 on.</summary>
    /// <param name="networkDirectory">The network's data directory; its other grants are lost.</param>
    public static string Grant(string networkDirectory)
    {
        var token = "mj-access-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        File.WriteAllText(
            Path.Combine(networkDirectory, "access.json"),
            $$"""[{"name":"test","purpose":"Audit","hash":"{{hash}}","granted":"2020-01-01T00:00:00Z","until":"2100-01-01T00:00:00Z","revoked":null}]""");
        return token;
    }
}
