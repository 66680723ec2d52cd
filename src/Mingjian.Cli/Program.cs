using System.CommandLine;
using System.Text;
using Mingjian.Cli;
using Mingjian.Cli.Faults;
using Mingjian.Cli.Kit;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var parsed = Commands.Create().Parse(args);
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
catch (Exception e) when (ServerClient.IsMalformedAnswer(e))
{
    await Console.Error.WriteLineAsync($"mingjian: 服务器的答复格式不对，没有采用：{e.Message}");
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
