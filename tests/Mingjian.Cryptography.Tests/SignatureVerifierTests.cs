using System.Security.Cryptography;
using CsCheck;
using Mingjian.Primitives;

namespace Mingjian.Cryptography.Tests;

public sealed class SignatureVerifierTests : IDisposable
{
    private readonly Es256Signer _signer = Es256Signer.Create();
    private readonly ECDsa _passkey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly SignatureVerifier _verifier = new(new PlatformEcVerifier());

    public void Dispose()
    {
        _signer.Dispose();
        _passkey.Dispose();
    }

    [Fact]
    public void A_signature_over_the_payloads_pae_holds()
    {
        var envelope = SigningRequest.For(Fixtures.Payload(1)).SignWith(_signer)[0];
        Assert.Null(envelope.Signatures[0].Batch);
        Assert.Equal(SignatureFault.None, Verify(envelope));
    }

    [Fact]
    public void One_gesture_over_500_acts_costs_one_curve_operation_and_every_act_stays_checkable_alone()
    {
        byte[][] payloads = [.. Enumerable.Range(0, 500).Select(Fixtures.Payload)];
        var envelopes = SigningRequest.For(payloads).SignWith(_signer);
        var counting = new CountingVerifier(new PlatformEcVerifier());
        var verifier = new SignatureVerifier(counting);
        foreach (var envelope in envelopes)
        {
            Assert.Equal(SignatureFault.None, verifier.Verify(envelope.ToPae(), envelope.Signatures[0], _signer.Key));
        }

        Assert.Equal(1, counting.Count);
        Assert.Equal(SignatureFault.None, Verify(envelopes[^1]));
    }

    [Fact]
    public void Any_act_of_a_batch_of_any_size_verifies_and_no_other_position_does() =>
        Gen.Int[2, 40].Sample(
            size =>
            {
                byte[][] payloads = [.. Enumerable.Range(0, size).Select(Fixtures.Payload)];
                var envelopes = SigningRequest.For(payloads).SignWith(_signer);
                for (var i = 0; i < size; i++)
                {
                    Assert.Equal(SignatureFault.None, Verify(envelopes[i]));
                    var signature = envelopes[i].Signatures[0];
                    var moved = signature with { Batch = signature.Batch! with { Index = (i + 1) % size } };
                    Assert.NotEqual(SignatureFault.None, _verifier.Verify(envelopes[i].ToPae(), moved, _signer.Key));
                    Assert.NotEqual(SignatureFault.None, _verifier.Verify(envelopes[(i + 1) % size].ToPae(), signature, _signer.Key));
                }
            },
            iter: 20);

    [Fact]
    public void The_browsers_verifier_gives_the_same_answers()
    {
        var browser = new SignatureVerifier(new BouncyCastleEcVerifier());
        var passkey = Fixtures.PasskeyOf(_passkey);
        var request = SigningRequest.For(Fixtures.Payload(1), Fixtures.Payload(2));
        foreach (var (envelope, key) in request.SignWith(_signer).Select(e => (e, _signer.Key))
            .Concat(request.Complete(Fixtures.Assert(_passkey, request.Message)).Select(e => (e, passkey))))
        {
            var good = envelope.Signatures[0];
            var altered = (byte[])good.Sig.Clone();
            altered[9] ^= 4;
            foreach (var signature in new[] { good, good with { Sig = altered }, good with { Batch = null } })
            {
                Assert.Equal(_verifier.Verify(envelope.ToPae(), signature, key), browser.Verify(envelope.ToPae(), signature, key));
            }

            Assert.Equal(SignatureFault.None, browser.Verify(envelope.ToPae(), good, key));
        }
    }

    [Fact]
    public void A_batch_that_was_verified_does_not_vouch_for_another_key_or_signature()
    {
        var envelopes = SigningRequest.For(Fixtures.Payload(1), Fixtures.Payload(2)).SignWith(_signer);
        Assert.Equal(SignatureFault.None, Verify(envelopes[0]));
        using var other = Es256Signer.Create();
        var claimed = envelopes[1].Signatures[0] with { Keyid = other.Key.Id };
        Assert.Equal(SignatureFault.Invalid, _verifier.Verify(envelopes[1].ToPae(), claimed, other.Key));
        var altered = (byte[])claimed.Sig.Clone();
        altered[40] ^= 1;
        Assert.Equal(SignatureFault.Invalid, _verifier.Verify(envelopes[1].ToPae(), envelopes[1].Signatures[0] with { Sig = altered }, _signer.Key));
    }

    [Fact]
    public void A_batch_signature_is_not_a_signature_of_the_root_as_a_transaction()
    {
        var request = SigningRequest.For(Fixtures.Payload(1), Fixtures.Payload(2));
        var signed = _signer.Sign(request.Message);
        var bare = new EnvelopeSignature(signed.Keyid, signed.Scheme, signed.Sig);
        Assert.Equal(SignatureFault.Invalid, _verifier.Verify(Pae.OfTransaction(Fixtures.Payload(1)), bare, _signer.Key));
    }

    [Fact]
    public void Every_fault_is_reported_in_order_of_precedence()
    {
        var envelope = SigningRequest.For(Fixtures.Payload(1)).SignWith(_signer)[0];
        var pae = envelope.ToPae();
        var good = envelope.Signatures[0];
        var assertion = Fixtures.Assert(_passkey, pae).Webauthn!;
        var passkey = Fixtures.PasskeyOf(_passkey);
        var badBatch = new BatchPosition(0, 2, []);
        byte[] zeros = new byte[64];

        // Each row mends the fault of the row above.
        (SignatureFault Expected, EnvelopeSignature Signature, PublicKeyValue Key)[] rows =
        [
            (SignatureFault.UnknownScheme, new(default, "sm2", [], badBatch, assertion), _signer.Key),
            (SignatureFault.UnknownScheme, new(default, "ES256", [], badBatch, assertion), _signer.Key),
            (SignatureFault.SchemeMismatch, new(default, "es256", [], badBatch, assertion), passkey),
            (SignatureFault.KeyMismatch, new(default, "es256", [], badBatch, assertion), _signer.Key),
            (SignatureFault.Shape, good with { Sig = [], Batch = badBatch, Webauthn = assertion }, _signer.Key),
            (SignatureFault.BatchPosition, good with { Sig = zeros, Batch = badBatch, Webauthn = assertion }, _signer.Key),
            (SignatureFault.AssertionUnexpected, good with { Sig = zeros, Webauthn = assertion }, _signer.Key),
            (SignatureFault.Invalid, good with { Sig = zeros }, _signer.Key),
            (SignatureFault.None, good, _signer.Key),
            (SignatureFault.AssertionMissing, new(passkey.Id, "webauthn-es256", zeros), passkey),
        ];
        foreach (var (expected, signature, key) in rows)
        {
            Assert.Equal(expected, _verifier.Verify(pae, signature, key));
        }
    }

    [Fact]
    public void A_key_that_is_no_point_of_the_curve_is_refused_by_both_implementations()
    {
        // x = 5 has a point on P-256; the test looks for an x without one, so that it fails if the check is dropped.
        var point = new byte[33];
        point[0] = 2;
        do
        {
            point[32]++;
        }
        while (P256Point.TryDecompress(point, out _, out _));

        var key = PublicKeyValue.From("es256", point);
        var signature = new EnvelopeSignature(key.Id, "es256", new byte[64]);
        Assert.Equal(SignatureFault.MalformedKey, _verifier.Verify([1], signature, key));
        Assert.Equal(EcOutcome.MalformedKey, new BouncyCastleEcVerifier().Verify(key, new byte[32], new byte[64]));
    }

    [Fact]
    public void A_passkeys_assertion_holds_alone_and_in_a_batch()
    {
        var key = Fixtures.PasskeyOf(_passkey);
        var single = SigningRequest.For(Fixtures.Payload(1));
        var batch = SigningRequest.For(Fixtures.Payload(1), Fixtures.Payload(2), Fixtures.Payload(3));
        var envelopes = single.Complete(Fixtures.Assert(_passkey, single.Message))
            .Concat(batch.Complete(Fixtures.Assert(_passkey, batch.Message)));
        Assert.All(envelopes, e => Assert.Equal(SignatureFault.None, _verifier.Verify(e.ToPae(), e.Signatures[0], key)));
    }

    private SignatureFault Verify(Envelope envelope) => _verifier.Verify(envelope.ToPae(), envelope.Signatures[0], _signer.Key);
}
