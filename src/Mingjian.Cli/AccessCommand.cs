using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Mingjian.Cli.Kit;
using Mingjian.Server.Access;

namespace Mingjian.Cli;

/// <summary><c>mingjian access</c>: whom this organisation lets read the ledger's entries over HTTP, besides the network's nodes.</summary>
/// <remarks>Changes a file in the data directory; the running server reads it anew at the next request.</remarks>
internal static class AccessCommand
{
    private const int MostDays = 3660;
    private const int MostUses = 500;

    public static Command Create() =>
        new("access", "授权外部审计方、见证方读取账本条目：签发、查看、收回令牌，查看读取记录。") { Grant(), List(), Revoke(), Uses() };

    private static Argument<string> Data() => new("data") { Description = "服务器的数据目录（data、data/demo，或节点目录）" };

    private static Command Grant()
    {
        var data = Data();
        var name = new Option<string>("--name") { Description = "给谁：审计方或见证方的名称，1 至 60 个字", Required = true };
        var purpose = new Option<string>("--for") { Description = "用途：audit（审计）或 witness（见证方要查看条目时；只联名不需要令牌）", Required = true };
        purpose.AcceptOnlyFromAmong("audit", "witness");
        var days = new Option<int>("--days") { Description = "有效天数，1 至 3660，默认 90", DefaultValueFactory = _ => 90 };
        var file = new Option<FileInfo>("--out") { Description = "要写入的令牌文件（不能已存在），只交给对方；以后不能再显示", Required = true };
        var command = new Command("grant", "签发一个令牌。服务器只保存它的哈希值。") { data, name, purpose, days, file };
        command.SetAction(result =>
        {
            var (directory, lasts) = (DataDirectory.Find(result.GetValue(data)!).Path, result.GetValue(days));
            if (lasts is < 1 or > MostDays)
            {
                throw new CommandException($"--days 应在 1 到 {MostDays} 之间。");
            }

            if (result.GetValue(file)!.Exists)
            {
                throw new CommandException($"{result.GetValue(file)!.FullName} 已经存在。");
            }

            var now = TimeProvider.System.GetUtcNow();
            var token = Try(() => AccessGrantFile.Grant(
                directory, result.GetValue(name)!, result.GetValue(purpose) == "audit" ? AccessPurpose.Audit : AccessPurpose.Witness, now, TimeSpan.FromDays(lasts)));
            PrivateFile.Write(result.GetValue(file)!.FullName, token);
            Console.WriteLine($"已授权 {result.GetValue(name)}，到 {Day(now.AddDays(lasts))} 为止。令牌：{result.GetValue(file)!.FullName}");
            Console.WriteLine("拿到令牌的人能读到账本的全部条目（金额、标准、时间和编号，没有姓名）。只交给对方本人，用完收回：mingjian access revoke。");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var data = Data();
        var command = new Command("list", "列出授权：名称、用途、期限、状态。") { data };
        command.SetAction(result =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var grants = Try(() => AccessGrantFile.Read(DataDirectory.Find(result.GetValue(data)!).Path));
            foreach (var grant in grants)
            {
                var state = grant.Revoked is { } revoked ? $"{Day(revoked)} 收回" : now < grant.Until ? $"有效，到 {Day(grant.Until)}" : $"{Day(grant.Until)} 到期";
                Console.WriteLine($"{grant.Name}  {(grant.Purpose == AccessPurpose.Audit ? "审计" : "见证")}  {Day(grant.Granted)} 签发  {state}");
            }

            if (grants.Count == 0)
            {
                Console.WriteLine("没有授权任何外部单位。");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Revoke()
    {
        var data = Data();
        var name = new Option<string>("--name") { Description = "授权时的名称", Required = true };
        var command = new Command("revoke", "收回授权，立即生效。退出码：0 已收回，1 没有这个名称的有效授权。") { data, name };
        command.SetAction(result =>
        {
            var found = Try(() => AccessGrantFile.Revoke(
                DataDirectory.Find(result.GetValue(data)!).Path, result.GetValue(name)!, TimeProvider.System.GetUtcNow()));
            Console.WriteLine(found ? $"已收回 {result.GetValue(name)} 的授权。" : $"没有名称为 {result.GetValue(name)} 的有效授权。");
            return found ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Uses()
    {
        var data = Data();
        var command = new Command("uses", "谁、什么时候、读取了哪些条目（最近 500 条；一次连续的读取开始和结束各记一条）。") { data };
        command.SetAction(result =>
        {
            foreach (var use in Try(() => AccessUse.Read(DataDirectory.Find(result.GetValue(data)!).Path, MostUses)))
            {
                Console.WriteLine($"{Time(use.From)} 至 {Time(use.To)}  {use.Reader}  条目 {use.Entries}  {use.Requests} 次");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException e)
        {
            throw new CommandException(
                $"名称应为 1 至 {AccessGrantFile.MaxName} 个字、首尾没有空格，并且没有同名的有效授权（先用 access revoke 收回）；有效的授权最多 {AccessGrantFile.Most} 个。", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CommandException($"读写不了授权文件：{e.Message}", e);
        }
    }
}

/// <summary>A token that <c>mingjian access grant</c> has written.</summary>
internal static class AccessTokenFile
{
    private const int MaxSize = 1024;

    /// <exception cref="CommandException">No token, or an address where it could be read on the way.</exception>
    public static AuthenticationHeaderValue Read(FileInfo file, Uri server)
    {
        if (server.Scheme != Uri.UriSchemeHttps && !server.IsLoopback)
        {
            throw new CommandException("令牌只经 https 发送（本机除外）：请使用 https 网址。");
        }

        var token = Encoding.ASCII.GetString(Files.Read(file, MaxSize)).Trim();
        return AccessGrantFile.HashOf(token) is not null
            ? new AuthenticationHeaderValue("Bearer", token)
            : throw new CommandException($"{file.Name} 不是令牌文件。");
    }
}
