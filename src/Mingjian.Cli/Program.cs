using System.CommandLine;
using System.Text;
using Mingjian.Cli;
using Mingjian.Cli.Faults;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var root = new RootCommand("明鉴命令行：核验凭证、审计账本、导入名册、重建查询库、备份和恢复、测速。")
{
    VerifyCommand.Create(),
    AuditCommand.Create(),
    ImportCommand.Create(),
    RebuildCommand.Create(),
    BackupCommand.CreateBackup(),
    BackupCommand.CreateRestore(),
    KeyCommand.Create(),
    NetworkCommand.Create(),
    WitnessCommand.Create(),
    BenchCommand.Create(),
};
var parsed = root.Parse(args);
try
{
    // An unusable command line is no failed check: it must not end with the same code.
    // Time to stop what was started: a network of processes takes longer than the two seconds of the default.
    var code = await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(40) });
    return parsed.Errors.Count > 0 ? ExitCodes.Unusable : code;
}
catch (CommandException e)
{
    await Console.Error.WriteLineAsync($"mingjian: {e.Message}");
    return ExitCodes.Unusable;
}
catch (PromiseBrokenException e)
{
    await Console.Error.WriteLineAsync($"mingjian: {e.Message}");
    return ExitCodes.Failed;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("mingjian: 已中止。");
    return ExitCodes.Unusable;
}
