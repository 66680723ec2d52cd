using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Engine.Admission;

/// <summary>Finds the keys behind an envelope's signatures and checks the signatures.</summary>
internal static class SignatureCheck
{
    /// <summary>
    /// The actors of a command: every key must be known now, or be one that the command introduces or brings; an introduced key must sign, and
    /// so must a known one, founding excepted: what unknown keys sign alone reaches no log.
    /// </summary>
    /// <param name="state">State before the block: a key bound or revoked in a block counts from the next block on.</param>
    /// <param name="founders">
    /// The nodes of a network whose ledger names none yet: their organisations may restart a height, which every node learns from its configuration. Null
    /// where an act is carried out: what nobody can check by the log alone leaves no entry.
    /// </param>
    public static AdmissionRejection? Resolve(
        IKeyDirectory keys, IStateReader state, ICommand command, IReadOnlyList<KeyId> signers, out Actor[] actors, NodeSet? founders = null)
    {
        actors = new Actor[signers.Count];
        var seats = command is IRestartsHeight && founders is not null && keys.FindNodes(state) is null ? founders.Seats : null;
        var introduced = (command as IIntroducesKey)?.Key;
        var introducedId = introduced?.Id;
        var introducedSigned = introduced is null;
        var knownSigned = false;
        for (var i = 0; i < signers.Count; i++)
        {
            var actor = keys.Find(state, signers[i], command) ?? FindFounder(seats, signers[i]);
            knownSigned |= actor is not null;
            if (introducedId == signers[i])
            {
                introducedSigned = true;
                actor ??= new Actor(signers[i], introduced!.Value, null);
            }
            else if (actor is null && command is IBringsKeys brings)
            {
                actor = FindBrought(brings, signers[i]);
            }

            if (actor is null)
            {
                return AdmissionRejection.UnknownKey;
            }

            actors[i] = actor;
        }

        return introducedSigned && (knownSigned || keys.MayFound(state, command)) ? null : AdmissionRejection.UnknownKey;
    }

    /// <summary>Every passkey must have been used on a site of the network: nobody writes the name of a page of his own on the ledger.</summary>
    /// <param name="sites">Hashes of the origins (<see cref="TransactionFrame.Sites"/>).</param>
    public static AdmissionRejection? CheckSites(IKeyDirectory keys, IStateReader state, ICommand command, IReadOnlyList<Hash32> sites)
    {
        for (var i = 0; i < sites.Count; i++)
        {
            if (!keys.IsSite(state, command, sites[i]))
            {
                return AdmissionRejection.UnknownSite;
            }
        }

        return null;
    }

    private static Actor? FindFounder(IReadOnlyList<Seat>? seats, KeyId signer)
    {
        for (var i = 0; i < seats?.Count; i++)
        {
            if (seats[i].OrganizationKey.Id == signer)
            {
                return new Actor(signer, seats[i].OrganizationKey, null);
            }
        }

        return null;
    }

    private static Actor? FindBrought(IBringsKeys command, KeyId signer)
    {
        foreach (var key in command.BroughtKeys())
        {
            if (key.Id == signer)
            {
                return new Actor(signer, key, null);
            }
        }

        return null;
    }

    /// <summary>Every signature must hold. Pure; may run on any thread.</summary>
    public static AdmissionRejection? Verify(ISignatureVerifier verifier, in TransactionFrame frame, IReadOnlyList<Actor> actors)
    {
        var signatures = frame.Envelope.Signatures;
        for (var i = 0; i < signatures.Count; i++)
        {
            switch (verifier.Verify(frame.Pae, signatures[i], actors[i].PublicKey))
            {
                case SignatureFault.None:
                    break;
                case SignatureFault.UnknownScheme or SignatureFault.SchemeMismatch:
                    return AdmissionRejection.WrongScheme;
                default:
                    return AdmissionRejection.WrongSignature;
            }
        }

        return null;
    }
}
