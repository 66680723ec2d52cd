using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mingjian.Cli.Kit;
using Mingjian.Contracts;
using Mingjian.Contracts.Nodes;
using Mingjian.Cryptography;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Keys;
using Mingjian.Ordering.Etcd;
using Mingjian.Primitives;
using Spectre.Console;

namespace Mingjian.Cli.Networks;

/// <summary>The commands that found a network and change who has a node.</summary>
internal static class NetworkSetupCommands
{
    /// <summary>How a statement says that the node has given no vote.</summary>
    internal const string NoVote = "none";

    private const long MaxCharter = 64L << 20;

    public static IEnumerable<Command> Create() => [Init(), Found(), Configure(), Access(), Sign(), Submit(), Join(), Admit(), Remove(), Dismiss(), Rotate(), Renew(), Restart(), Protocol(), FreshOrderCommands.Standing(), FreshOrderCommands.Reorder(), Status()];

    private static Command Init()
    {
        var directory = NodeArgument();
        var network = new Option<string>("--network") { Description = "账本名称，例如 ledger.example/3f2a9c01；只写 ledger.example 时自动加上八位随机数（由牵头单位定，各单位一致）", Required = true };
        var number = new Option<int>("--number") { Description = "节点编号，从 1 起", Required = true };
        var name = new Option<string>("--name") { Description = "单位名称", Required = true };
        var key = new Option<FileInfo>("--key", "-k") { Description = "单位密钥文件（mingjian key new 生成，不要放在节点上；这里只取公钥）", Required = true };
        var server = AddressOption("--server", "本节点服务器网址，其他节点从这里补账");
        var client = AddressOption("--etcd-client", "本单位 etcd 对节点的网址");
        var peer = AddressOption("--etcd-peer", "本单位 etcd 对其他 etcd 的网址");
        var organization = new Option<string?>("--organization") { Description = "单位编号（o-…）；不写则新生成" };
        var command = new Command("init", "为本单位建立节点目录：节点密钥、证书请求，以及交给其他单位的节点文件。")
        {
            directory, network, number, name, key, server, client, peer, organization,
        };
        command.SetAction(result =>
        {
            var text = result.GetValue(network)!;
            if (!text.Contains('/', StringComparison.Ordinal))
            {
                text = $"{text}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
            }

            if (!NetworkId.TryParse(text, out var id))
            {
                throw new CommandException("账本名称应为 3 至 80 个小写字母、数字、点、横线和斜线。");
            }

            var organizationId = LedgerId.New<OrganizationId>();
            if (result.GetValue(organization) is { } given && !OrganizationId.TryParse(given, out organizationId))
            {
                throw new CommandException("单位编号的写法不对（o-…）。");
            }

            using var signer = KeyFile.Read(result.GetValue(key)!);
            var node = new NodeDirectory(result.GetValue(directory)!).Create(
                id, result.GetValue(number), organizationId, signer.Key, result.GetValue(name)!,
                new NodeAddresses(result.GetValue(server)!, result.GetValue(client)!, result.GetValue(peer)!));
            Console.WriteLine($"账本：{id}\n单位：{organizationId}\n请把 {new NodeDirectory(result.GetValue(directory)!).File.FullName} 交给牵头单位（其中没有秘密）。");
            Print(node.Seat);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Found()
    {
        var output = new Argument<string>("output") { Description = "新目录（由牵头单位的运维保管）" };
        var nodes = new Argument<FileInfo[]>("nodes") { Description = "各创始单位的节点文件", Arity = ArgumentArity.OneOrMore };
        var charter = Charter(required: true);
        var protocol = new Option<int>("--protocol") { Description = "从第几版规则开始：各创始单位的程序都支持的版本", DefaultValueFactory = _ => AllContracts.Protocol };
        protocol.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var version && (version < ProtocolRecord.First || version > AllContracts.Protocol))
            {
                result.AddError($"--protocol 应为 {ProtocolRecord.First} 到 {AllContracts.Protocol}。");
            }
        });
        var command = new Command("found", "由各单位的节点文件生成网络文件、待签的创始协议、etcd 证书机构和每个节点的证书包。") { output, nodes, charter, protocol };
        command.SetAction(result =>
        {
            List<NodeFile> files = [.. result.GetValue(nodes)!.Select(NodeFile.Read).OrderBy(n => n.Number)];
            var directory = result.GetValue(output)!;
            NetworkBundle.Found(directory, Hash(result.GetValue(charter)!), files, result.GetValue(protocol));
            Console.WriteLine($"待签：{Path.Combine(directory, NetworkBundle.FoundingFileName)}（依次交各单位 mingjian network sign，72 小时内签齐并提交）");
            files.ForEach(f => Console.WriteLine($"节点 {f.Number}（{f.Name}）：{Path.Combine(directory, EtcdCluster.UserOf(f.Number))}"));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Configure()
    {
        var directory = NodeArgument();
        var bundle = new Argument<string>("bundle") { Description = "牵头单位给本节点的证书包" };
        var certificates = new Option<bool>("--certificates") { Description = "只换证书（mingjian network renew 之后），不改配置，不必停机" };
        var command = new Command("configure", "收下证书包，写出 etcd.yml 和 node.env。") { directory, bundle, certificates };
        command.SetAction(result =>
        {
            var node = new NodeDirectory(result.GetValue(directory)!);
            if (result.GetValue(certificates))
            {
                node.TakeCertificates(result.GetValue(bundle)!);
                Console.WriteLine("已换上新证书，etcd 和服务器下次连接时使用，不必重新启动。");
                return ExitCodes.Ok;
            }

            node.Configure(result.GetValue(bundle)!);
            Console.WriteLine(File.Exists(node.EtcdConfiguration)
                ? $"etcd：{node.EtcdConfiguration}\n服务器：{node.Environment}"
                : $"服务器：{node.Environment}（使用其他单位的 etcd）");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Access()
    {
        var directory = NetworkArgument();
        var command = new Command("access", "在运行的 etcd 里建立各节点的用户和权限（只能写自己的部分），并开启验证。可以重复执行。") { directory };
        command.SetAction(async (result, cancelled) =>
        {
            await ApplyAccessAsync(result.GetValue(directory)!, cancelled);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Sign()
    {
        var act = ActArgument();
        var key = new Option<FileInfo>("--key", "-k") { Description = "单位密钥文件", Required = true };
        var yes = new Option<bool>("--yes", "-y") { Description = "不再询问，直接签名" };
        var command = new Command("sign", "核对网络事项，加上本单位的签名。") { act, key, yes };
        command.SetAction(async (result, cancelled) =>
        {
            var file = result.GetValue(act)!;
            var pending = ActFile.Read(file);
            Show(pending);
            if (!result.GetValue(yes) && (Console.IsInputRedirected || !await AnsiConsole.ConfirmAsync("每一项都核对过了，确认签名？", defaultValue: false, cancelled)))
            {
                Console.WriteLine("没有签名。（不能交互时请加 --yes）");
                return ExitCodes.Failed;
            }

            using var signer = KeyFile.Read(result.GetValue(key)!);
            await SaveAsync(file, pending.SignWith(signer), cancelled);
            Console.WriteLine($"已签名：{signer.Key.Id}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Submit()
    {
        var act = ActArgument();
        var server = ServerClient.Option();
        var data = new Option<string?>("--data") { Description = "创始协议须由节点的运维人员提交：本机节点的目录或数据目录，用来证明您的身份" };
        var command = new Command("submit", "把签齐的网络事项提交给任何一个节点；创始协议提交给本机的节点。退出码：0 已确认，1 被拒绝或尚未确认，2 无法提交。") { act, server, data };
        command.SetAction(async (result, cancelled) =>
        {
            var token = result.GetValue(data) is { } directory ? OperatorTokenFile.Read(DataDirectory.Find(directory).Path) : null;
            var outcome = await SubmitAsync(ActFile.Read(result.GetValue(act)!), result.GetValue(server)!, token, cancelled);
            Console.WriteLine(outcome.Describe());
            return outcome.Ok ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Join()
    {
        var node = new Argument<FileInfo>("node") { Description = "新单位的节点文件" };
        var charter = Charter(required: true);
        var (server, output) = (ServerClient.Option(), ActOption());
        var command = new Command("join", "为新单位生成加入协议的事项，待新单位和多数单位签名。") { node, charter, server, output };
        command.SetAction((result, cancelled) => ChangeAsync(result.GetValue(server)!, result.GetValue(output)!, Hash(result.GetValue(charter)!), present =>
        {
            var file = NodeFile.Read(result.GetValue(node)!);
            if (file.Number != present.HighestNumber + 1)
            {
                throw new CommandException($"新节点的编号应为 {present.HighestNumber + 1}。");
            }

            return seats => [.. seats, file.Seat];
        }, keepCharter: true, cancelled));
        return command;
    }

    private static Command Admit()
    {
        var directory = NetworkArgument();
        var node = new Argument<FileInfo>("node") { Description = "新单位的节点文件" };
        var without = new Option<bool>("--no-etcd") { Description = "新单位不设自己的 etcd，使用其他单位的" };
        var command = new Command(
            "admit", "为新节点签发证书包，在 etcd 里建立它的用户，并接纳它的 etcd；它的 etcd 启动以后再执行一次，使它计入多数。") { directory, node, without };
        command.SetAction(async (result, cancelled) =>
        {
            var (path, file) = (result.GetValue(directory)!, NodeFile.Read(result.GetValue(node)!));
            var (network, members) = NetworkBundle.ReadCluster(path);
            var bundle = NetworkBundle.Admit(path, file, !result.GetValue(without));
            using var etcd = NetworkBundle.Administer(path, members);
            await AskAsync(() => etcd.ApplyAsync(EtcdCluster.AccessOf(network, file.Number), cancelled));
            Console.WriteLine($"证书包：{bundle}");
            if (!NetworkBundle.IsJoining(bundle))
            {
                return ExitCodes.Ok;
            }

            var membership = EtcdMembership.Follows;
            await AskAsync(async () => membership = await etcd.AddMemberAsync(NetworkBundle.Member(file), cancelled));
            if (membership == EtcdMembership.Counts)
            {
                NetworkBundle.AddMember(path, file);
                Console.WriteLine("它的 etcd 已计入多数。");
                return ExitCodes.Ok;
            }

            Console.WriteLine("它的 etcd 已登记、还不计入多数：请该单位 mingjian network configure 之后启动 etcd，然后再执行一次这条命令。");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Dismiss()
    {
        var directory = NetworkArgument();
        var number = new Argument<int>("number") { Description = "已经退出的节点编号" };
        var server = ServerClient.Option();
        var unused = new Option<bool>("--never-joined") { Description = "它只登记过（admit），从未加入：收回登记" };
        var command = new Command("dismiss", "节点的退出生效以后：移除它的 etcd，收回它在 etcd 里的用户和权限。") { directory, number, server, unused };
        command.SetAction(async (result, cancelled) =>
        {
            var (path, gone) = (result.GetValue(directory)!, result.GetValue(number));
            using var nodes = new NodeClient();
            var present = await nodes.ReadAgreementAsync(result.GetValue(server)!, cancelled);
            if (present.Pending || present.Agreement.Seats.Any(s => s.Node.Number == gone))
            {
                throw new CommandException($"节点 {gone} 的退出还没有生效，没有改动。先办理 mingjian network remove。");
            }

            // Numbers are never given twice: whoever was in and has no seat has left. A server that is behind knows nothing of a newcomer.
            if (gone > present.HighestNumber && !result.GetValue(unused))
            {
                throw new CommandException($"按 {result.GetValue(server)} 的记录，节点 {gone} 还没有加入，没有改动。若它刚刚加入，说明这个服务器落后；若它不再加入，加上 --never-joined。");
            }

            var file = NetworkBundle.ReadAll(path).Find(n => n.Number == gone) ?? throw new CommandException($"{path} 里没有节点 {gone}。");
            var (_, members) = NetworkBundle.ReadCluster(path);
            using var etcd = NetworkBundle.Administer(path, [.. members.Where(m => m.Number != gone)]);
            await AskAsync(() => etcd.ApplyAsync(EtcdCluster.Removal(gone), cancelled));
            await AskAsync(() => etcd.RemoveMemberAsync(NetworkBundle.Member(file), cancelled));
            NetworkBundle.Dismiss(path, file);
            Console.WriteLine(
                $"节点 {gone} 的 etcd 已移除，它的用户已收回，它的证书已吊销。请把各单位的证书包再交给各单位，用 network configure --certificates 收下（不必停机）；收下以后，那张证书就连不上本单位的 etcd。");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Renew()
    {
        var directory = NetworkArgument();
        var numbers = new Argument<int[]>("numbers") { Description = "节点编号；不写则为所有节点", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command(
            "renew", "为各节点的现有密钥签发新的 etcd 证书（825 天），并更新运维自己的；各单位随后用 network configure --certificates 收下，不必停机。") { directory, numbers };
        command.SetAction(result =>
        {
            var path = result.GetValue(directory)!;
            var all = NetworkBundle.ReadAll(path);
            var asked = result.GetValue(numbers) is [_, ..] some ? all.FindAll(n => some.Contains(n.Number)) : all;
            NetworkBundle.Renew(path, asked);
            asked.ForEach(n => Console.WriteLine($"节点 {n.Number}（{n.Name}）：{Path.Combine(path, EtcdCluster.UserOf(n.Number))}"));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Remove()
    {
        var number = new Argument<int>("number") { Description = "要退出的节点编号" };
        var (server, output) = (ServerClient.Option(), ActOption());
        var command = new Command("remove", "生成某节点退出的事项，待多数单位签名。") { number, server, output };
        command.SetAction((result, cancelled) => ChangeAsync(
            result.GetValue(server)!, result.GetValue(output)!, null,
            _ => seats => [.. seats.Where(s => s.Node.Number != result.GetValue(number))], keepCharter: false, cancelled));
        return command;
    }

    private static Command Rotate()
    {
        var directory = NodeArgument();
        var (server, output) = (ServerClient.Option(), new Option<FileInfo?>("--out", "-o") { Description = "写出的网络事项文件（.mjact.json）" });
        var finish = new Option<bool>("--finish") { Description = "变更生效之后：节点停止时换上新密钥，销毁旧密钥" };
        var command = new Command("rotate", "为本节点生成新密钥和更换密钥的事项；生效后停止节点，用 --finish 换上。") { directory, server, output, finish };
        command.SetAction(async (result, cancelled) =>
        {
            var node = new NodeDirectory(result.GetValue(directory)!);
            if (result.GetValue(finish))
            {
                using var client = new NodeClient();
                node.FinishRotation((await client.ReadAgreementAsync(result.GetValue(server)!, cancelled)).Agreement.Seats);
                Console.WriteLine("已换上新密钥。请启动节点。");
                return ExitCodes.Ok;
            }

            var act = result.GetValue(output) ?? throw new CommandException("请用 --out 指明要写出的网络事项文件。");
            var seat = node.PrepareRotation();
            return await ChangeAsync(
                result.GetValue(server)!, act, null, _ => seats => [.. seats.Select(s => s.Node.Number == seat.Node.Number ? seat : s)],
                keepCharter: false, cancelled);
        });
        return command;
    }

    private static Command Restart()
    {
        var network = new Option<string>("--network") { Description = "账本名称", Required = true };
        var height = new Option<long>("--height") { Description = "停住的区块", Required = true };
        var epoch = new Option<int>("--epoch") { Description = "重启后的轮次：现在的轮次加一", Required = true };
        var statements = new Option<string[]>("--statement", "-s") { Description = "各节点冻结后的陈述，照 network height --freeze 给出的写：编号=根，没有投票的写 编号=none", Required = true };
        var skip = new Option<long[]>("--skip") { Description = "跳过的批次位置，从停住的那一批起不能有间断；不写则对同一批重新投票" };
        var output = ActOption();
        var command = new Command("restart", "由各单位的陈述生成重启停住的区块的事项，待各单位核对自己的陈述并签名。") { network, height, epoch, statements, skip, output };
        command.SetAction(async (result, cancelled) =>
        {
            var act = ActFile.Prepare(
                new RestartHeight(
                    result.GetValue(epoch), result.GetValue(height), [.. (result.GetValue(skip) ?? []).Order()],
                    [.. result.GetValue(statements)!.Select(Statement).OrderBy(s => s.Node)]),
                Named(result.GetValue(network)!));
            await SaveAsync(result.GetValue(output)!, act, cancelled);
            Show(act);
            Console.WriteLine($"待签：{result.GetValue(output)!.FullName}（每个作了陈述的单位都要签名）");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Protocol()
    {
        var version = new Argument<int>("version") { Description = "新的规则版本" };
        var network = new Option<string>("--network") { Description = "账本名称", Required = true };
        var from = new Option<long>("--from") { Description = "从第几个区块起生效：留足各单位签名和升级的时间", Required = true };
        var output = ActOption();
        var command = new Command("protocol", "生成启用新版规则的事项，待多数单位签名；多数节点的程序支持它以后才能提交。") { version, network, from, output };
        command.SetAction(async (result, cancelled) =>
        {
            var act = ActFile.Prepare(new ActivateProtocol(result.GetValue(from), result.GetValue(version)), Named(result.GetValue(network)!));
            await SaveAsync(result.GetValue(output)!, act, cancelled);
            Show(act);
            Console.WriteLine($"待签：{result.GetValue(output)!.FullName}（需要多数单位签名）");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static NetworkId Named(string text) => NetworkId.TryParse(text, out var id) ? id : throw new CommandException("账本名称的写法不对。");

    private static NodeStatement Statement(string text)
    {
        Hash32 root = default;
        return text.Split('=', 2) is [var node, var voted] && int.TryParse(node, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (voted == NoVote || Hash32.TryParse(voted, out root))
                ? new NodeStatement(number, voted == NoVote ? null : root)
                : throw new CommandException($"陈述 {text} 的写法不对，应为 编号=根，或 编号={NoVote}。");
    }

    private static Command Status()
    {
        var servers = new Argument<string[]>("servers") { Description = "各节点服务器的网址", Arity = ArgumentArity.OneOrMore };
        var command = new Command("status", "询问各节点的高度、根、投票和证据，说明哪里不对。退出码：0 正常，1 有问题，2 都没有答复。") { servers };
        command.SetAction(async (result, cancelled) =>
        {
            using var client = new NodeClient();
            var asked = await Task.WhenAll(result.GetValue(servers)!.Select(Address).Select(async s =>
                await client.ReadAsync(s, cancelled) is var (report, fault) ? (Server: s, Report: report, Fault: fault) : default));
            foreach (var (server, report, fault) in asked)
            {
                Console.WriteLine(report is null
                    ? $"{server}  没有答复"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"节点 {report.Number}  {server}  第 {report.Height} 个区块  根 {report.Root.ToString()[..12]}…  {(report.Halted ? "已停止投票" : report.Member ? "参与确认" : "不计票")}{(report.CertificatesUntil is { } until ? $"  证书到 {until:yyyy-MM-dd}" : string.Empty)}{(NetworkDiagnosis.OpenOf(report) is { } open ? $"  {open}" : string.Empty)}"));
            }

            var faults = NetworkDiagnosis.Of(asked, TimeProvider.System.GetUtcNow()).Faults;
            Console.WriteLine(faults.Count == 0 ? "结论：一切正常。" : $"结论：有 {faults.Count} 个问题。\n  {string.Join("\n  ", faults)}");
            return faults.Count == 0 ? ExitCodes.Ok : asked.All(a => a.Report is null) ? ExitCodes.Unusable : ExitCodes.Failed;
        });
        return command;
    }

    /// <summary>Users and rights of the network's nodes, and nobody else gets in any more.</summary>
    public static async Task ApplyAccessAsync(string directory, CancellationToken cancellationToken)
    {
        var (network, members) = NetworkBundle.ReadCluster(directory);
        using var etcd = NetworkBundle.Administer(directory, members);
        var access = new EtcdCluster(network, [.. members.Select(NetworkBundle.Member)]).Access(NetworkBundle.ReadAll(directory).Select(n => n.Number));
        await AskAsync(() => etcd.ApplyAsync(access, cancellationToken));
        foreach (var member in await etcd.StatusAsync(cancellationToken))
        {
            Console.WriteLine($"etcd {member.Endpoint}：{(member.Version is null ? $"没有答复（{member.Error}）" : member.Version)}"
                + (member is { Version: not null, RightsHold: false } ? "；这个版本有越权漏洞（CVE-2026-33343），恶意节点可以绕过权限，请升级" : string.Empty));
        }
    }

    /// <summary>Begins an order in a fresh etcd, and makes users and rights there.</summary>
    /// <exception cref="CommandException">This etcd is not fresh, or does not answer.</exception>
    public static async Task BeginOrderAsync(string directory, OrderStart start, CancellationToken cancellationToken)
    {
        var (network, members) = NetworkBundle.ReadCluster(directory);
        using (var etcd = NetworkBundle.Administer(directory, members))
        {
            var isFresh = false;
            await AskAsync(async () => isFresh = await etcd.BeginAsync(network, start, cancellationToken));
            if (!isFresh)
            {
                throw new CommandException(
                    "这个 etcd 里的次序没有丢失，或者有服务器已经在往里写，没有改动。确实全部丢失时：停止所有服务器，清空各 etcd 的数据目录，重新启动 etcd 再执行。");
            }
        }

        await ApplyAccessAsync(directory, cancellationToken);
    }

    /// <param name="token">Of the node's operator; null once the network is founded.</param>
    public static async Task<SubmissionOutcome> SubmitAsync(ActFile act, Uri server, string? token, CancellationToken cancellationToken)
    {
        using var client = await ServerClient.ConnectAsync(server, cancellationToken);
        return await client.SubmitAsync("/api/v1/network/acts", [act.Envelope], cancellationToken, token);
    }

    private static async Task AskAsync(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (Exception e) when (e is Grpc.Core.RpcException or TimeoutException)
        {
            throw new CommandException($"etcd 没有接受：{e.Message}", e);
        }
    }

    private static async Task<int> ChangeAsync(
        Uri server, FileInfo output, Hash32? charter, Func<Mingjian.Acts.Networks.AgreementFile, Func<IReadOnlyList<Seat>, IReadOnlyList<Seat>>> change,
        bool keepCharter, CancellationToken cancellationToken)
    {
        using var nodes = new NodeClient();
        var present = await nodes.ReadAgreementAsync(server, cancellationToken);
        if (keepCharter && charter != present.Agreement.Charter)
        {
            throw new CommandException("协议文本与账本上的指纹不一致：新单位加入时应签署现行的协议文本。");
        }

        var (report, fault) = await nodes.ReadAsync(server, cancellationToken);
        var act = ActFile.Change(present, report?.Network ?? throw new CommandException($"{server} 没有答复：{fault}"), charter, change(present));
        await SaveAsync(output, act, cancellationToken);
        Show(act);
        Console.WriteLine($"待签：{output.FullName}（需要 {NodeSet.QuorumOf(present.Agreement.Seats.Count)} 个现有单位签名，名单上新增或有变动的单位也要签）");
        return ExitCodes.Ok;
    }

    private static void Show(ActFile act)
    {
        var summary = act.Summary()!.Summary;
        Console.WriteLine(summary.Title);
        foreach (var fact in summary.Acts[0].Facts.Concat(summary.Facts))
        {
            Console.WriteLine($"  {fact.Label}：{fact.Value}");
        }

        if (summary.Acts[0].Warning is { } warning)
        {
            Console.WriteLine($"  注意：{warning}");
        }

        Console.WriteLine($"  已有签名：{act.Envelope.Signatures.Count} 个");
    }

    private static void Print(Seat seat) => Console.WriteLine(
        $"请用别的途径（电话、当面）核对：\n  单位密钥 {seat.OrganizationKey.Id}\n  投票密钥 {seat.Node.VoteKey}\n  账本密钥 {seat.Node.LogKey}\n  批次密钥 {seat.Node.BatchKey}");

    private static Task SaveAsync(FileInfo file, ActFile act, CancellationToken cancellationToken) =>
        File.WriteAllBytesAsync(file.FullName, act.Encode(), cancellationToken);

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new CommandException($"{text} 应为 http:// 或 https:// 开头的网址。");

    private static Hash32 Hash(FileInfo charter) => Hash32.Of(Files.Read(charter, MaxCharter));

    private static Argument<string> NodeArgument() => new("directory") { Description = "本单位的节点目录" };

    private static Argument<string> NetworkArgument() => new("network") { Description = "mingjian network found 建立的目录" };

    private static Argument<FileInfo> ActArgument() => new("act") { Description = "网络事项文件（.mjact.json）" };

    private static Option<FileInfo> ActOption() => new("--out", "-o") { Description = "写出的网络事项文件（.mjact.json）", Required = true };

    private static Option<FileInfo> Charter(bool required) => new("--charter") { Description = "共建共治协议的文本文件；账本上只记它的指纹", Required = required };

    private static Option<string> AddressOption(string name, string description)
    {
        var option = new Option<string>(name) { Description = $"{description}（https://主机:端口）", Required = true };
        option.Validators.Add(result =>
        {
            if (!NodeFile.IsAddress(result.Tokens.Count == 1 ? result.Tokens[0].Value : null))
            {
                result.AddError($"{name} 应为 https://主机:端口。");
            }
        });
        return option;
    }
}
