using Mingjian.Contracts.Nodes;
using Mingjian.Server.Upgrades;

namespace Mingjian.Server.Tests.Artefacts;

/// <summary>What <c>upgrade --check</c> says of the rules by which a ledger goes on.</summary>
public sealed class LedgerProtocolCheckTests
{
    [Theory]
    [InlineData("1:1", true, 2, UpgradeState.Ready, "第 1 版", "声明本程序支持到第 2 版")]
    [InlineData("1:1", false, 2, UpgradeState.Ready, "第 1 版", "启动后改用第 2 版")]
    [InlineData("1:1 50:2", true, 2, UpgradeState.Ready, "第 2 版", "不变")]
    [InlineData("1:1 100:2", true, 2, UpgradeState.Ready, "第 2 版", "不变")]
    [InlineData("1:1 101:2", true, 2, UpgradeState.Ready, "第 1 版", "从第 101 块起改用第 2 版，本程序支持")]
    [InlineData("1:1 101:2", true, 1, UpgradeState.Caution, "第 1 版", "从第 101 块起改用第 2 版，本程序到那时会停下")]
    [InlineData("1:1 100:2", true, 1, UpgradeState.Caution, "第 2 版", "停在第 99 块")]
    [InlineData("1:1 50:2 200:3", true, 1, UpgradeState.Caution, "第 2 版", "请换用支持第 2 版的程序")]
    public void The_protocol_in_force_and_the_next_are_held_against_what_the_program_carries(
        string steps, bool isShared, int carried, UpgradeState state, string found, string does)
    {
        var record = new ProtocolRecord([.. steps.Split(' ').Select(s => s.Split(':')).Select(s => new ProtocolStep(
            long.Parse(s[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(s[1], System.Globalization.CultureInfo.InvariantCulture)))]);
        var finding = LedgerProtocolCheck.Judge(record, 100, isShared, carried);
        Assert.Equal((state, found), (finding.State, finding.Found));
        Assert.Contains(does, finding.Does, StringComparison.Ordinal);
    }
}
