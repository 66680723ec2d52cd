using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Mingjian.EndToEnd.Tests;

/// <summary>Looks for the roster's people in the raw bytes of the ledger.</summary>
internal static partial class PersonalData
{
    /// <summary>Reads every entry over the tiles, as an auditor does, and fails when any name, ID number or phone of the roster stands in one.</summary>
    public static async Task AssertNotOnLedgerAsync(Uri server, string token, string roster)
    {
        var needles = ReadTexts(roster);
        Assert.True(needles.Count > 800, $"Only {needles.Count} personal values were found in the roster.");
        using var client = new HttpClient { BaseAddress = server, DefaultRequestHeaders = { Authorization = new("Bearer", token) } };
        var checkpoint = await client.GetStringAsync(new Uri("ledger/checkpoint", UriKind.Relative));
        var size = long.Parse(checkpoint.Split('\n')[1], CultureInfo.InvariantCulture);
        for (long first = 0; first < size; first += 256)
        {
            var width = Math.Min(256, size - first);
            var path = $"ledger/tile/entries/{TilePath(first / 256)}{(width == 256 ? string.Empty : $".p/{width}")}";
            var bundle = await client.GetByteArrayAsync(new Uri(path, UriKind.Relative));
            var text = Encoding.UTF8.GetString(bundle) + DecodePayloads(bundle);
            foreach (var needle in needles)
            {
                Assert.DoesNotContain(needle, text, StringComparison.Ordinal);
            }
        }
    }

    // Signed payloads stand as base64 inside the entries.
    private static string DecodePayloads(byte[] bundle)
    {
        var texts = new StringBuilder();
        foreach (Match match in Payload().Matches(Encoding.UTF8.GetString(bundle)))
        {
            texts.Append(Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value))).Append('\n');
        }

        return texts.ToString();
    }

    private static string TilePath(long number)
    {
        var path = (number % 1000).ToString("000", CultureInfo.InvariantCulture);
        for (number /= 1000; number > 0; number /= 1000)
        {
            path = $"x{(number % 1000).ToString("000", CultureInfo.InvariantCulture)}/{path}";
        }

        return path;
    }

    // Names, ID numbers and phones: texts that are long enough not to stand there by chance.
    private static HashSet<string> ReadTexts(string workbook)
    {
        using var zip = ZipFile.OpenRead(workbook);
        using var reader = new StreamReader(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        var xml = reader.ReadToEnd();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match cell in Cell().Matches(xml))
        {
            texts.Add(cell.Groups[1].Value);
        }

        return texts;
    }

    [GeneratedRegex("\"payload\":\"([A-Za-z0-9+/=]+)\"")]
    private static partial Regex Payload();

    // Columns B (name), D (ID number) and N (phone) from row 3 on.
    [GeneratedRegex("<c r=\"[BDN](?:[3-9]|[1-9][0-9]+)\"[^>]*><is><t[^>]*>([^<]+)</t>")]
    private static partial Regex Cell();
}
