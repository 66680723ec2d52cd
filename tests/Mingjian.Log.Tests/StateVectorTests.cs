using System.Globalization;
using System.Text;
using Mingjian.Log.State;
using Mingjian.Primitives;

namespace Mingjian.Log.Tests;

public sealed class StateVectorTests
{
    [Fact]
    public void Recorded_proofs_hold_and_are_made_again_byte_for_byte()
    {
        var vector = Vectors.Read("state/proofs.json");
        var tree = StateTree.Build([.. Enumerable.Range(0, vector.GetProperty("keys").GetInt32()).Select(i => new StateChange(
            StateHash.PathOf(string.Create(CultureInfo.InvariantCulture, $"key/{i}")),
            Hash32.Of(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"value-{i}")))))]);
        Assert.Equal(vector.GetProperty("root").GetString(), tree.Root.ToString());
        var kinds = new HashSet<StateProofKind>();
        foreach (var row in vector.GetProperty("proofs").EnumerateArray())
        {
            var path = StateHash.PathOf(row.GetProperty("key").GetString()!);
            var proof = StateProof.TryDecode(Convert.FromHexString(row.GetProperty("proof").GetString()!))!;
            kinds.Add(proof.Kind);
            Assert.Equal(
                StateProofFault.None,
                row.TryGetProperty("value", out var value)
                    ? proof.VerifyPresence(tree.Root, path, Hash32.Of(Encoding.ASCII.GetBytes(value.GetString()!)))
                    : proof.VerifyAbsence(tree.Root, path));
            Assert.Equal(row.GetProperty("proof").GetString(), Convert.ToHexStringLower(tree.Prove(path).Encode()));
        }

        Assert.Equal([StateProofKind.Present, StateProofKind.Empty, StateProofKind.OtherLeaf], kinds.Order());
    }
}
