using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Benchmarks;

/// <summary>What admission does to one transaction, part by part.</summary>
[SuppressMessage("Design", "CA1515", Justification = "BenchmarkDotNet needs public types.")]
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process.")]
[SuppressMessage("Performance", "CA1822", Justification = "BenchmarkDotNet needs instance methods.")]
public class SignatureBenchmarks
{
    private readonly Es256Signer _signer = Es256Signer.Create();
    private readonly PlatformEcVerifier _platform = new();
    private readonly BouncyCastleEcVerifier _managed = new();
    private readonly SignatureVerifier _verifier = new(new PlatformEcVerifier());
    private readonly byte[] _hash = SHA256.HashData([1]);
    private byte[] _signature = [];
    private byte[] _payload = [];
    private byte[] _encoded = [];
    private Envelope _single = null!;
    private Envelope _batched = null!;

    [GlobalSetup]
    public void Setup()
    {
        var body = "{\"branch\":\"o-00000000000000000000000000000001\",\"date\":\"2026-11-22\",\"items\":[{\"amount\":\"48.00\",\"month\":\"2026-11\"}],"u8
            + "\"member\":\"m-00000000000000000000000000000001\",\"method\":1,\"payer\":1,\"payment\":\"p-00000000000000000000000000000001\"}"u8;
        _payload = new TransactionPayload(
            "dues.RecordPayment", NetworkId.Parse("bench.mingjian.invalid/1"), new LedgerTime(1_795_430_400_000), new Nonce(1), _signer.Key.Id, body.ToArray()).Encode();
        _signature = _signer.Sign([1]).Sig;
        _single = SigningRequest.For(_payload).SignWith(_signer)[0];
        _encoded = _single.Encode();
        _batched = SigningRequest.For([.. Enumerable.Repeat(_payload, 500)]).SignWith(_signer)[250];
    }

    [Benchmark]
    public EcOutcome P256_platform_key_cached() => _platform.Verify(_signer.Key, _hash, _signature);

    [Benchmark]
    public EcOutcome P256_platform_key_imported() => new PlatformEcVerifier().Verify(_signer.Key, _hash, _signature);

    [Benchmark]
    public EcOutcome P256_managed() => _managed.Verify(_signer.Key, _hash, _signature);

    [Benchmark]
    public EnvelopeFault Decode_envelope() => Envelope.TryDecode(_encoded, out _);

    [Benchmark]
    public PayloadFault Decode_payload() => TransactionPayload.TryDecode(_payload, out _);

    [Benchmark]
    public SignatureFault Verify_one() => _verifier.Verify(_single.ToPae(), _single.Signatures[0], _signer.Key);

    [Benchmark]
    public SignatureFault Verify_one_of_a_batch_of_500() => _verifier.Verify(_batched.ToPae(), _batched.Signatures[0], _signer.Key);
}
