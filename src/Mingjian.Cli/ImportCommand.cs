using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Mingjian.Acts.Signing;
using Mingjian.Cli.Kit;
using Mingjian.Cryptography;
using Mingjian.Primitives;
using Spectre.Console;

namespace Mingjian.Cli;

/// <summary><c>mingjian import</c>: a roster workbook through the HTTP API, signed with a key file.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "A request owns its content and disposes of it.")]
internal static class ImportCommand
{
    private const int EnvelopesAtOnce = 100;
    private const int ShownFaults = 50;
    private const long MaxFileBytes = 20 << 20;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("roster") { Description = "党员名册（.xlsx）" };
        var key = new Option<FileInfo>("--key", "-k") { Description = "组织委员的密钥文件（mingjian key new / bind）", Required = true };
        var server = ServerClient.Option();
        var dry = new Option<bool>("--dry-run") { Description = "只检查，不写入" };
        var good = new Option<bool>("--good-rows") { Description = "有问题的行留下，先导入没有问题的行" };
        var yes = new Option<bool>("--yes", "-y") { Description = "不再询问，直接签名" };
        var command = new Command("import", "导入党员名册。退出码：0 完成，1 有问题的行或被拒绝，2 无法进行。") { file, key, server, dry, good, yes };
        command.SetAction(async (result, cancelled) =>
        {
            using var signer = KeyFile.Read(result.GetValue(key)!);
            using var client = await ServerClient.ConnectAsync(result.GetValue(server)!, cancelled);
            await client.SignInAsync(signer, cancelled);
            var preview = await UploadAsync(client, result.GetValue(file)!, cancelled);
            var faulty = Show(preview);
            if (result.GetValue(dry) || (faulty > 0 && !result.GetValue(good)))
            {
                return faulty > 0 ? ExitCodes.Failed : ExitCodes.Ok;
            }

            return await ConfirmAsync(client, signer, preview, result.GetValue(yes), cancelled);
        });
        return command;
    }

    private static async Task<JsonElement> UploadAsync(ServerClient client, FileInfo file, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(Files.Read(file, MaxFileBytes));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        return await client.PostAsync($"/api/v1/roster/imports?name={Uri.EscapeDataString(file.Name)}", content, cancellationToken);
    }

    private static int Show(JsonElement preview)
    {
        var faulty = preview.GetProperty("faulty").GetInt32();
        Console.WriteLine(
            $"工作表“{preview.GetProperty("sheet").GetString()}”：可导入 {preview.GetProperty("good")} 行，有问题 {faulty} 行，已在册 {preview.GetProperty("known")} 行。");
        foreach (var fault in preview.GetProperty("faults").EnumerateArray().Take(ShownFaults))
        {
            Console.WriteLine(
                $"  {fault.GetProperty("place").GetString()} {fault.GetProperty("heading").GetString()}“{fault.GetProperty("value").GetString()}”：{fault.GetProperty("what").GetString()} {fault.GetProperty("mend").GetString()}（{fault.GetProperty("code").GetString()}）");
        }

        var more = preview.GetProperty("faults").GetArrayLength() - ShownFaults;
        if (more > 0)
        {
            Console.WriteLine($"  另有 {more} 处。");
        }

        return faulty;
    }

    private static async Task<int> ConfirmAsync(
        ServerClient client, Es256Signer signer, JsonElement preview, bool yes, CancellationToken cancellationToken)
    {
        if (preview.GetProperty("good").GetInt32() == 0)
        {
            Console.WriteLine("没有可以导入的行。");
            return ExitCodes.Ok;
        }

        var draft = preview.GetProperty("draft").GetString()!;
        var staged = await client.PostAsync(
            $"/api/v1/roster/imports/{Uri.EscapeDataString(draft)}/confirm", JsonContent.Create(new { }), cancellationToken);
        var acts = PreparedActs.Create(
            staged.GetProperty("commands").GetRawText(), client.Network, signer.Key.Id, ServerClient.Now, DisplayNames.None);
        if (!IsImport(acts.Summary))
        {
            throw new CommandException("服务器要求签名的不是名册导入，没有签名。");
        }

        Console.WriteLine($"{acts.Summary.Title}\n  {string.Join("\n  ", acts.Summary.Facts.Select(f => $"{f.Label}：{f.Value}"))}");
        if (!yes && (Console.IsInputRedirected || !await AnsiConsole.ConfirmAsync("确认签名？", defaultValue: false, cancellationToken)))
        {
            if (staged.GetProperty("import").GetString() is { } import)
            {
                await client.PostAsync($"/api/v1/roster/imports/{import}/discard", JsonContent.Create(new { }), cancellationToken);
            }

            Console.WriteLine("没有签名，什么也没有导入。（不能交互时请加 --yes）");
            return ExitCodes.Failed;
        }

        var outcome = await SubmitAsync(client, acts.Request.SignWith(signer), cancellationToken);
        Console.WriteLine(outcome.Describe());
        return outcome.Ok ? ExitCodes.Ok : ExitCodes.Failed;
    }

    /// <summary>The server names the acts, so only what this command is for is signed, with <c>--yes</c> all the more.</summary>
    internal static bool IsImport(SigningSummary summary) =>
        summary.Acts.Count > 0 && summary.Acts.All(a => a.Command is "members.ImportMembers" or "dues.SetStandards");

    private static Task<SubmissionOutcome> SubmitAsync(ServerClient client, IReadOnlyList<Envelope> envelopes, CancellationToken cancellationToken) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Progress().StartAsync(async progress =>
        {
            var bar = progress.AddTask("入账", maxValue: envelopes.Count);
            var outcome = new SubmissionOutcome(0, []);
            foreach (var chunk in envelopes.Chunk(EnvelopesAtOnce))
            {
                outcome = outcome.Add(await client.SubmitAsync("/api/v1/transactions", chunk, cancellationToken));
                bar.Increment(chunk.Length);
            }

            return outcome;
        });
}
