using Mingjian.Cryptography;
using Mingjian.Engine.Audit;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Storage.RocksDb;
using Mingjian.Testing.Ledger;

namespace Mingjian.Storage.Tests;

internal static class Auditing
{
    public static LedgerAudit Audit(LedgerTrust trust) =>
        new(trust, new ContractSet(LedgerFixture.Toy), LedgerFixture.Toy, new SignatureVerifier(new PlatformEcVerifier()));

    public static async Task<AuditReport> AuditStore(LedgerTrust trust, string storeDirectory)
    {
        await using var source = new RocksDbLedgerSource(storeDirectory);
        return await Audit(trust).RunAsync(source, null, CancellationToken.None);
    }
}
