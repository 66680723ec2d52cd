using System.Text;
using Mingjian.Acts;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Engine.Agreement;
using Mingjian.Testing;

namespace Mingjian.Cli.Tests;

/// <summary>Files of another version are refused as that, with a code, whatever else is in them; files of another kind are not called so.</summary>
public sealed class UnknownVersionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-unknown-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("""{"format":"mingjian-node@v9"}""")]
    [InlineData("""{"new":{"format":"x"},"format":"mingjian-node@v9","more":[1]}""")]
    public void A_node_file(string text) => Refused(() => NodeFile.Read(Write(text)), "mingjian-node@v9", NodeFile.CurrentFormat);

    [Fact]
    public void A_standing() => Refused(
        () => FreshOrderCommands.Read(Write("""{"format":"mingjian-standing@v9"}""")), "mingjian-standing@v9", Standing.CurrentFormat);

    [Fact]
    public void An_act_file() => Refused(
        () => ActFile.Read(Write("""{"payload":"e30=","payloadType":"application/vnd.mingjian.transaction.v9+json","signatures":[]}""")),
        "application/vnd.mingjian.transaction.v9+json", Cryptography.Envelope.TransactionType);

    [Fact]
    public void A_network_file_also_one_with_members_that_this_program_does_not_know()
    {
        var kept = File.ReadAllText(Repository.File("tests", "artefacts", "v1", "ledger", NetworkFile.FileName));
        var newer = kept.Replace(NetworkFile.CurrentFormat, "mingjian-network@v99", StringComparison.Ordinal);
        Refused(() => NetworkFile.Parse(Encoding.UTF8.GetBytes(newer)), "mingjian-network@v99", NetworkFile.CurrentFormat);
        Refused(() => NetworkFile.Parse(Encoding.UTF8.GetBytes(newer.Insert(1, "\"also\":1,"))), "mingjian-network@v99", NetworkFile.CurrentFormat);
        var damaged = Assert.Throws<NetworkFileException>(() => NetworkFile.Parse(Encoding.UTF8.GetBytes(kept + " ")));
        Assert.DoesNotContain(FormatMark.UnknownVersion, damaged.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PNG")]
    [InlineData("[]")]
    [InlineData("""{"format":7}""")]
    [InlineData("""{"format":"mingjian-backup@v9"}""")]
    public void Something_else_is_not_called_another_version(string text)
    {
        var refusal = Assert.Throws<CommandException>(() => NodeFile.Read(Write(text)));
        Assert.Contains("不是节点文件", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FormatMark.UnknownVersion, refusal.Message, StringComparison.Ordinal);
    }

    private static void Refused(Action read, string found, string known)
    {
        var message = Record.Exception(read)!.Message;
        Assert.StartsWith(FormatMark.UnknownVersion + "：", message, StringComparison.Ordinal);
        Assert.Contains(found, message, StringComparison.Ordinal);
        Assert.Contains(known, message, StringComparison.Ordinal);
    }

    private FileInfo Write(string text)
    {
        var file = Path.Combine(_directory, "file.json");
        File.WriteAllText(file, text);
        return new FileInfo(file);
    }
}
