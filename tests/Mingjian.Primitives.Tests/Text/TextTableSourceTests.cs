using System.Diagnostics;
using Mingjian.Testing;

namespace Mingjian.Primitives.Tests.Text;

/// <summary>The committed tables against what they were made from, where that is on the machine.</summary>
public sealed class TextTableSourceTests
{
    [Fact]
    public void The_canonical_tables_are_what_debians_unicode_data_gives()
    {
        Assert.SkipUnless(File.Exists("/usr/share/unicode/EquivalentUnifiedIdeograph.txt"), "Debian's unicode-data is not installed.");
        Check("canonical.txt");
    }

    [Fact]
    public void Readings_and_strokes_are_what_the_npm_packages_give()
    {
        Assert.SkipUnless(
            File.Exists("/usr/share/unicode/Unihan_Readings.txt.bz2") && Directory.Exists(Repository.File("artifacts", "npm", "pinyin-pro-3.29.4", "package"))
            && Directory.Exists(Repository.File("artifacts", "npm", "cnchar-order-3.2.6", "package")),
            "The packages were not fetched: node build/text-tables.mjs --check");
        Check("pinyin.txt", "strokes.txt");
    }

    private static void Check(params string[] tables)
    {
        using var process = StartNode(["build/text-tables.mjs", "--check", .. tables]);
        Assert.SkipWhen(process is null, "Node.js is not installed.");
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said);
        Assert.Equal(tables.Length, said.Split('\n').Count(l => l.StartsWith("same ", StringComparison.Ordinal)));
    }

    private static Process? StartNode(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("node", arguments) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = Repository.Root });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
