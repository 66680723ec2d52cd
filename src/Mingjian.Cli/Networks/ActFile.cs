using Mingjian.Acts;
using Mingjian.Acts.Networks;
using Mingjian.Acts.Signing;
using Mingjian.Cli.Kit;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Cli.Networks;

/// <summary>An act of the contract <c>nodes</c> on its way through the organisations: an envelope that collects signatures (<c>*.mjact.json</c>).</summary>
/// <remarks>While nobody has signed, its payload names nobody as the signer (a key id of zeros); whoever signs first puts the own key there.</remarks>
internal sealed record ActFile(Envelope Envelope)
{
    /// <summary>A signed act can lie in wait for 72 hours; one hour is left for the ledger's clock.</summary>
    private const long ValidityMilliseconds = 71L * 3600 * 1000;

    private byte[] Payload => Envelope.Payload;

    /// <summary>An act that nobody has signed yet.</summary>
    public static ActFile Prepare(NodesCommand command, NetworkId network)
    {
        var message = CommandRegistry.Commands.Values.Single(m => m.Type == command.GetType());
        var payload = TransactionPayload.Encode(
            message.Name, command, message.Json, network, ServerClient.Now.AddMilliseconds(ValidityMilliseconds), LedgerId.New<Nonce>(), default);
        return new ActFile(new Envelope(payload, Envelope.TransactionType, []));
    }

    /// <exception cref="CommandException">Not such a file.</exception>
    public static ActFile Read(FileInfo file)
    {
        try
        {
            var act = new ActFile(CanonicalJson.Decode(Files.Read(file, Envelope.MaxSize), EnvelopeJson.Canonical));
            if (act.Envelope.PayloadType != Envelope.TransactionType)
            {
                throw new CommandException($"{FormatMark.UnknownVersion}：{file.Name} 的格式是“{act.Envelope.PayloadType}”，本程序只认识“{Envelope.TransactionType}”。请用写它的程序，没有签名。");
            }

            return act.Summary() is not null ? act : throw new CommandException($"{file.Name} 不是网络事项文件。");
        }
        catch (CanonicalJsonException e)
        {
            throw new CommandException($"{file.Name} 不是网络事项文件，或者内容被改动过。", e);
        }
    }

    public byte[] Encode() => Envelope.Encode();

    /// <summary>What it says, computed from the bytes that are signed; null for an act of another contract.</summary>
    public PreparedActs? Summary() =>
        TransactionPayload.TryDecode(Payload, out var payload) == PayloadFault.None && payload!.Command.StartsWith("nodes.", StringComparison.Ordinal)
            ? PreparedActs.FromPayloads([Payload], payload.Network, DisplayNames.None)
            : null;

    /// <summary>The same act with one more signature; the first signature makes its key the act's signer, signing twice changes nothing.</summary>
    /// <exception cref="CommandException">It cannot be put in words: nothing is signed unread.</exception>
    public ActFile SignWith(Es256Signer signer)
    {
        if (Envelope.Signatures.Any(s => s.Keyid == signer.Key.Id))
        {
            return this;
        }

        if (Summary() is null)
        {
            throw new CommandException("不是网络事项，没有签名。");
        }

        var payload = Envelope.Signatures.Count == 0 && TransactionPayload.TryDecode(Payload, out var unsigned) == PayloadFault.None
            ? (unsigned! with { Signer = signer.Key.Id }).Encode()
            : Payload;
        return new ActFile(
            Envelope with { Payload = payload, Signatures = [.. Envelope.Signatures, .. SigningRequest.For(payload).SignWith(signer)[0].Signatures] });
    }

    /// <summary>A change that starts from the present agreement.</summary>
    /// <param name="present">From a node, which nobody has to trust: whoever signs compares the keys.</param>
    /// <param name="change">The new seats from the present ones.</param>
    public static ActFile Change(
        AgreementFile present, NetworkId network, Hash32? charter, Func<IReadOnlyList<Seat>, IReadOnlyList<Seat>> change)
    {
        if (present.Pending)
        {
            throw new CommandException("上一次变更还没有生效，请等两个区块之后再办。");
        }

        var seats = change(present.Agreement.Seats);
        return Prepare(new ChangeNodes(charter ?? present.Agreement.Charter, [.. seats.OrderBy(s => s.Node.Number)]), network);
    }
}
