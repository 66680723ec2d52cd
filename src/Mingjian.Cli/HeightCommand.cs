using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;

namespace Mingjian.Cli;

/// <summary><c>mingjian network height</c>: the open height as the own node sees it, and freezing the node there.</summary>
internal static class HeightCommand
{
    public static Command Create()
    {
        var data = new Argument<string>("data") { Description = "本机服务器的数据目录，用来证明您是本机的运维人员" };
        var freeze = new Option<long?>("--freeze") { Description = "冻结：本节点在这个高度、这一轮不再投票（不能撤销），并给出要由本单位签名的陈述" };
        var server = ServerClient.Option();
        var command = new Command("height", "查看等待确认的区块和各节点的票；区块停住、准备重启时冻结本节点。退出码：0 完成，2 无法进行。") { data, freeze, server };
        command.SetAction(async (result, cancelled) =>
        {
            var token = OperatorTokenFile.Read(DataDirectory.Find(result.GetValue(data)!).Path);
            using var client = await ServerClient.ConnectAsync(result.GetValue(server)!, cancelled);
            var height = result.GetValue(freeze);
            var body = height is null ? JsonContent.Create(new { }) : JsonContent.Create(new { freeze = height });
            Print(await client.PostAsync("/api/v1/operator/height", body, cancelled, bearer: token));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(JsonElement answer)
    {
        Console.WriteLine($"区块：第 {answer.GetProperty("height").GetInt64()} 块，第 {answer.GetProperty("epoch").GetInt32()} 轮");
        if (Text(answer, "position") is { } position)
        {
            Console.WriteLine($"等待确认的批次：位置 {position}，节点 {Text(answer, "proposer")} 提出，区块时间 {Text(answer, "time")}\n本节点的结果：{Text(answer, "root")}");
            Console.WriteLine(Text(answer, "hold") switch
            {
                "None" => "本节点已经投票。",
                "NotAMember" => "本节点不在签署这个区块的名单里，或者用的是旧密钥。",
                "Time" => "本节点没有投票：区块时间比本机时钟快得太多。",
                "Frozen" => "本节点已经冻结，在这一轮不再投票。",
                "OtherRoot" => "本节点没有投票：重启只允许一个结果，而本节点得出的是另一个。请先修好程序。",
                "Protocol" => "本节点停住了：这个区块要按更新的规则版本记账，请升级程序。",
                "Restored" => "本节点没有投票：它是从旧备份恢复的，这个批次在恢复之前就已经排序。",
                _ => "本节点已经停止表决：它得出的结果与多数节点不同。",
            });
        }
        else
        {
            Console.WriteLine("没有等待确认的批次。");
        }

        foreach (var vote in answer.GetProperty("votes").EnumerateArray())
        {
            Console.WriteLine($"节点 {vote.GetProperty("node").GetInt32()} 投票给 {vote.GetProperty("root").GetString()}");
        }

        if (answer.GetProperty("waiting").EnumerateArray().Select(p => p.GetInt64()).ToList() is { Count: > 0 } waiting)
        {
            Console.WriteLine($"后面的批次：{string.Join("、", waiting)}");
        }

        if (answer.TryGetProperty("statement", out var statement) && statement.ValueKind == JsonValueKind.Object)
        {
            Console.WriteLine($"\n陈述（由本单位签名，逐字核对）：节点 {Text(statement, "node")}，第 {Text(statement, "height")} 块，第 {Text(statement, "epoch")} 轮，{(Text(statement, "root") is { } root ? $"投票给 {root}" : "没有投票")}\n用于 mingjian network restart：--statement {Text(statement, "node")}={Text(statement, "root") ?? NetworkSetupCommands.NoVote}");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;
}
