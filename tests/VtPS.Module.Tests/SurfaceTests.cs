using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace VtPS.Module.Tests;

/// <summary>What every cmdlet keeps to, whatever it does.</summary>
public sealed partial class SurfaceTests
{
    public static TheoryData<string> Names => [.. CmdletClass.All.Select(cmdlet => cmdlet.Name)];

    [Fact]
    public void There_are_cmdlets() => Assert.True(CmdletClass.All.Count >= 17, $"Only {CmdletClass.All.Count} were found.");

    [Theory]
    [MemberData(nameof(Names))]
    public void Verb_is_an_approved_one(string name)
    {
        IEnumerable<string> approved =
            from type in typeof(VerbsCommon).Assembly.GetTypes()
            where type.Name.StartsWith("Verbs", StringComparison.Ordinal)
            from field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
            select field.Name;
        Assert.Contains(Cmdlet(name).Verb, approved);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Noun_begins_with_Vt_and_is_singular(string name) => Assert.Matches("^Vt([A-Z][a-z]+)+(?<![^u]s)$", Cmdlet(name).Noun);

    [Theory]
    [MemberData(nameof(Names))]
    public void Class_is_sealed_and_named_after_verb_and_noun(string name)
    {
        CmdletClass cmdlet = Cmdlet(name);
        Assert.Equal($"VtPS.Commands.{cmdlet.Verb}{cmdlet.Noun}Command", cmdlet.Type.FullName);
        Assert.True(cmdlet.Type.IsSealed);
        Assert.True(cmdlet.Type.IsPublic);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_parameter_has_a_help_message(string name)
    {
        foreach (CmdletParameter parameter in Cmdlet(name).Parameters)
        {
            foreach (CmdletParameterSet set in parameter.Sets)
            {
                Assert.True(set.HelpMessage is { Length: > 5 } message && message.EndsWith('.'), $"{name} -{parameter.Name} needs a HelpMessage that is a sentence.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Switches_are_SwitchParameter_except_Quiet(string name)
    {
        foreach (CmdletParameter parameter in Cmdlet(name).Parameters)
        {
            Assert.False(parameter.Type == typeof(bool) && parameter.Name != "Quiet", $"{name} -{parameter.Name} is a bool.");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_most_four_parameters_are_positional_and_positions_are_distinct(string name)
    {
        CmdletClass cmdlet = Cmdlet(name);
        foreach (string set in cmdlet.ParameterSets)
        {
            int[] positions = [.. cmdlet.Parameters.Select(parameter => parameter.In(set)?.Position).OfType<int>().Order()];
            Assert.True(positions.Length <= 4, $"{name}, set {set}");
            Assert.Equal(Enumerable.Range(0, positions.Length), positions);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_most_one_parameter_of_a_set_takes_the_pipeline_by_value(string name)
    {
        CmdletClass cmdlet = Cmdlet(name);
        foreach (string set in cmdlet.ParameterSets)
        {
            Assert.True(cmdlet.Parameters.Count(parameter => parameter.In(set) is { FromPipeline: true }) <= 1, $"{name}, set {set}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_LiteralPath_binds_by_property_name(string name)
    {
        foreach (CmdletParameter parameter in Cmdlet(name).Parameters)
        {
            Assert.Equal(parameter.Name == "LiteralPath", parameter.Sets.Any(set => set.FromPipelineByName));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_are_scalars_arrays_of_scalars_or_references(string name)
    {
        foreach (CmdletParameter parameter in Cmdlet(name).Parameters)
        {
            Assert.NotEqual(typeof(object), Element(parameter.Type));
            Assert.NotEqual(typeof(PSObject), Element(parameter.Type));
            Assert.False(parameter.Type.IsGenericType && parameter.Type.GetGenericTypeDefinition() != typeof(Nullable<>), $"{name} -{parameter.Name}");
        }
    }

    [Fact]
    public void A_parameter_name_has_one_type_everywhere()
    {
        foreach (IGrouping<string, (string Cmdlet, CmdletParameter Parameter)> same in
            from cmdlet in CmdletClass.All
            from parameter in cmdlet.Parameters
            group (cmdlet.Name, parameter) by parameter.Name)
        {
            // One path or several, one hash or several: the number may differ, the type may not.
            Type[] types = [.. same.Select(use => Element(use.Parameter.Type)).Distinct()];
            Assert.True(types.Length == 1, $"-{same.Key} is {string.Join(" and ", types.Select(type => type.Name))}: {string.Join(", ", same.Select(use => use.Cmdlet))}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Output_type_is_concrete_and_public(string name)
    {
        CmdletClass cmdlet = Cmdlet(name);
        Assert.NotEmpty(cmdlet.OutputTypes);
        Assert.All(cmdlet.OutputTypes, type => Assert.True(
            type == typeof(byte[]) || (type == typeof(bool) && cmdlet.Parameters.Any(parameter => parameter.Name == "Quiet")) || (type is { Namespace: "VtPS", IsSealed: true, IsPublic: true } && type.Assembly.GetName().Name == "VtPS.Engine"),
            $"{name}: {type}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_changes_something_asks_with_medium_impact(string name)
    {
        CmdletClass cmdlet = Cmdlet(name);
        Assert.Equal(cmdlet.Verb is not ("Get" or "Find" or "Measure" or "Compare" or "Test"), cmdlet.SupportsShouldProcess);
        Assert.Equal(cmdlet.Name is "Remove-VtBackup" or "Remove-VtKey" ? ConfirmImpact.High : ConfirmImpact.Medium, cmdlet.ConfirmImpact);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Default_parameter_set_is_one_of_the_sets(string name)
    {
        CmdletClass cmdlet = Cmdlet(name);
        if (cmdlet.ParameterSets.Count() > 1)
        {
            Assert.Contains(cmdlet.DefaultParameterSet, cmdlet.ParameterSets);
        }
    }

    [Theory]
    [InlineData("New-VtStore", "", "Path")]
    [InlineData("Backup-VtTree", "Path", "Path")]
    [InlineData("Backup-VtTree", "LiteralPath", "")]
    [InlineData("Backup-VtTree", "FileList", "")]
    [InlineData("Backup-VtTree", "Stream", "")]
    [InlineData("Get-VtBackup", "", "Id")]
    [InlineData("Restore-VtItem", "Backup", "Destination,Path")]
    [InlineData("Restore-VtItem", "Item", "Destination")]
    [InlineData("Get-VtBlock", "Hash", "Hash")]
    [InlineData("Get-VtBlock", "Backup", "")]
    [InlineData("Get-VtBlock", "Item", "")]
    [InlineData("Get-VtBlock", "Path", "")]
    [InlineData("Sync-VtPeer", "", "Path,Peer")]
    public void Positional_parameters_are_the_settled_ones(string name, string set, string expected)
    {
        IEnumerable<string> positional =
            from parameter in Cmdlet(name).Parameters
            let position = parameter.In(set)?.Position
            where position is not null
            orderby position
            select parameter.Name;
        Assert.Equal(expected, string.Join(',', positional));
    }

    [Theory]
    [InlineData("New-VtStore", "", "Path")]
    [InlineData("Backup-VtTree", "Path", "Path")]
    [InlineData("Backup-VtTree", "LiteralPath", "LiteralPath")]
    [InlineData("Backup-VtTree", "FileList", "FileList,Root")]
    [InlineData("Backup-VtTree", "Stream", "InputStream,Name")]
    [InlineData("Get-VtBackup", "", "")]
    [InlineData("Restore-VtItem", "Backup", "Backup")]
    [InlineData("Restore-VtItem", "Item", "Item")]
    [InlineData("Get-VtBlock", "Hash", "")]
    [InlineData("Get-VtBlock", "Backup", "Backup")]
    [InlineData("Get-VtBlock", "Item", "Item")]
    [InlineData("Get-VtBlock", "Path", "Path")]
    [InlineData("Get-VtBlock", "LiteralPath", "LiteralPath")]
    [InlineData("Sync-VtPeer", "", "Path,Peer")]
    public void Mandatory_parameters_are_the_settled_ones(string name, string set, string expected)
    {
        IEnumerable<string> mandatory =
            from parameter in Cmdlet(name).Parameters
            where parameter.In(set) is { Mandatory: true }
            orderby parameter.Name
            select parameter.Name;
        Assert.Equal(expected, string.Join(',', mandatory));
    }

    [Fact]
    public void Every_cmdlet_on_a_Store_takes_Store_in_every_set()
    {
        foreach (CmdletClass cmdlet in CmdletClass.All.Where(cmdlet => cmdlet.Name is not ("New-VtStore" or "Register-VtStore" or "Unregister-VtStore") && !WorksOnTrees(cmdlet)))
        {
            CmdletParameter store = Assert.Single(cmdlet.Parameters, parameter => parameter.Name == "Store");
            Assert.Equal(typeof(VtStoreReference), store.Type);
            Assert.All(store.Sets, set => Assert.Null(set.Name));
        }
    }

    [Fact]
    public void Source_has_one_cmdlet_a_file()
    {
        foreach (CmdletClass cmdlet in CmdletClass.All)
        {
            string source = File.ReadAllText(Repository.PathOf("src", "VtPS", "Commands", cmdlet.Type.Name + ".cs"));
            Assert.Single(CmdletPattern().Matches(source));
        }
    }

    private static bool WorksOnTrees(CmdletClass cmdlet) => (cmdlet.Noun is "VtPeer" && cmdlet.Verb != "Sync") || cmdlet.Noun is "VtSyncHistory" or "VtRevision" or "VtStatus";

    private static CmdletClass Cmdlet(string name) => CmdletClass.All.Single(cmdlet => cmdlet.Name == name);

    private static Type Element(Type type) => type.IsArray ? type.GetElementType()! : Nullable.GetUnderlyingType(type) ?? type;

    [GeneratedRegex(@"^\[Cmdlet\(", RegexOptions.Multiline)]
    private static partial Regex CmdletPattern();
}
