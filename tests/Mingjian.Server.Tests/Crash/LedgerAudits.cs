using Mingjian.Contracts;
using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;
using Mingjian.Storage.RocksDb;

namespace Mingjian.Server.Tests.Crash;

/// <summary>Audits the ledger of a server's data as <c>mingjian audit</c> does, against the node's own keys.</summary>
internal static class LedgerAudits
{
    public static async Task<AuditReport> RunAsync(string networkDirectory)
    {
        var network = NetworkId.Parse((await File.ReadAllTextAsync(Path.Combine(networkDirectory, "network.txt"))).Trim());
        var audit = new LedgerAudit(
            NodeKeys.LoadOrCreate(Path.Combine(networkDirectory, "keys"), network).Alone, new ContractSet(AllContracts.Create()), new KeyDirectory(),
            new SignatureVerifier(new PlatformEcVerifier()));
        await using var source = new RocksDbLedgerSource(Path.Combine(networkDirectory, "ledger"));
        return await audit.RunAsync(source, null, CancellationToken.None);
    }
}
