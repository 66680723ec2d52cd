using System.CommandLine;

namespace Mingjian.Cli;

/// <summary>Everything that <c>mingjian</c> can be told.</summary>
internal static class Commands
{
    public static RootCommand Create() => new("明鉴命令行：核验凭证、审计账本、检查和导入名册、重建查询库、备份和恢复、升级前检查、授权审计、测速。")
    {
        VerifyCommand.Create(),
        AuditCommand.Create(),
        ImportCommand.Create(),
        RosterCommand.Create(),
        RebuildCommand.Create(),
        BackupCommand.CreateBackup(),
        BackupCommand.CreateRestore(),
        UpgradeCommand.Create(),
        KeyCommand.Create(),
        AccessCommand.Create(),
        VaultCommand.Create(),
        NetworkCommand.Create(),
        WitnessCommand.Create(),
        BenchCommand.Create(),
        BenchCommand.CreatePeer(),
    };
}
