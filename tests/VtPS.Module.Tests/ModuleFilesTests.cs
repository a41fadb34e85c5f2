using System.Text.RegularExpressions;
using System.Xml.Linq;
using VtPS.Commands;
using Xunit;

namespace VtPS.Module.Tests;

/// <summary>The manifest, the views, the help and the laid module agree with the classes.</summary>
public sealed partial class ModuleFilesTests
{
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";

    public static TheoryData<string> OutputTypes =>
        [.. CmdletClass.All.SelectMany(cmdlet => cmdlet.OutputTypes).Where(type => type != typeof(byte[]) && type != typeof(bool)).Select(type => type.Name).Distinct().Order()];

    private static IReadOnlyList<string> Names => [.. CmdletClass.All.Select(cmdlet => cmdlet.Name).Order(StringComparer.Ordinal)];

    [Fact]
    public void Manifest_exports_the_classes_and_nothing_else()
    {
        string manifest = File.ReadAllText(Repository.PathOf("VtPS.psd1"));
        Match exported = CmdletsPattern().Match(manifest);
        Assert.Equal(Names, QuotedPattern().Matches(exported.Groups[1].Value).Select(match => match.Groups[1].Value));
        Assert.Matches(@"FunctionsToExport\s*=\s*@\(\)", manifest);
        Assert.Matches(@"VariablesToExport\s*=\s*@\(\)", manifest);
        Assert.Matches(@"AliasesToExport\s*=\s*@\(\)", manifest);
        Assert.DoesNotContain("'*'", manifest);
    }

    [Fact]
    public void Manifest_asks_for_PowerShell_7_6_Core()
    {
        string manifest = File.ReadAllText(Repository.PathOf("VtPS.psd1"));
        Assert.Matches(@"PowerShellVersion\s*=\s*'7\.6'", manifest);
        Assert.Matches(@"CompatiblePSEditions\s*=\s*@\('Core'\)", manifest);
        foreach (string key in (string[])["Tags", "LicenseUri", "ReleaseNotes"])
        {
            Assert.Matches($@"{key}\s*=", manifest);
        }
    }

    [Fact]
    public void Manifest_has_the_version_of_the_assembly()
    {
        string manifest = File.ReadAllText(Repository.PathOf("VtPS.psd1"));
        Version version = typeof(NewVtStoreCommand).Assembly.GetName().Version!;
        Assert.Contains($"ModuleVersion          = '{version.ToString(3)}'", manifest);
    }

    [Fact]
    public void Pages_are_the_cmdlets() =>
        Assert.Equal(Names, Directory.GetFiles(Repository.PathOf("docs"), "*-Vt*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void Help_file_has_the_cmdlets_with_two_examples_each()
    {
        XDocument help = XDocument.Load(Repository.PathOf("en-US", "VtPS.dll-Help.xml"));
        XElement[] commands = [.. help.Root!.Elements(Command + "command")];
        Assert.Equal(Names, commands.Select(Name).Order(StringComparer.Ordinal));
        Assert.All(commands, command => Assert.True(
            command.Element(Command + "examples")?.Elements(Command + "example").Count() >= 2, $"{Name(command)} needs two examples."));
    }

    [Fact]
    public void Help_file_describes_every_parameter()
    {
        XDocument help = XDocument.Load(Repository.PathOf("en-US", "VtPS.dll-Help.xml"));
        foreach (CmdletClass cmdlet in CmdletClass.All)
        {
            XElement command = help.Root!.Elements(Command + "command").Single(candidate => Name(candidate) == cmdlet.Name);
            XNamespace maml = "http://schemas.microsoft.com/maml/2004/10";
            HashSet<string> described =
            [
                .. from parameter in command.Element(Command + "parameters")!.Elements(Command + "parameter")
                   where parameter.Element(maml + "description")?.Value.Trim().Length > 0
                   select parameter.Element(maml + "name")!.Value,
            ];
            Assert.All(cmdlet.Parameters, parameter => Assert.True(described.Contains(parameter.Name), $"{cmdlet.Name} -{parameter.Name} is not described."));
        }
    }

    [Theory]
    [InlineData("about_VtPS")]
    [InlineData("about_VtStores")]
    [InlineData("about_VtSync")]
    public void Conceptual_help_is_there(string topic)
    {
        string text = File.ReadAllText(Repository.PathOf("en-US", topic + ".help.txt"));
        Assert.Contains(topic, text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(OutputTypes))]
    public void Output_type_has_a_table_of_six_columns_or_fewer_and_a_list(string type)
    {
        XElement[] views = [.. Views().Where(view => view.Element("ViewSelectedBy")!.Elements("TypeName").Any(name => name.Value == "VtPS." + type))];
        XElement table = Assert.Single(views, view => view.Element("TableControl") is not null);
        Assert.Single(views, view => view.Element("ListControl") is not null);
        int headers = table.Descendants("TableColumnHeader").Count();
        Assert.InRange(headers, 1, 6);
        Assert.Equal(headers, table.Descendants("TableColumnItem").Count());
    }

    [Theory]
    [MemberData(nameof(OutputTypes))]
    public void Views_and_property_sets_name_real_properties(string type)
    {
        HashSet<string> properties = [.. typeof(VtStore).Assembly.GetType("VtPS." + type)!.GetProperties().Select(property => property.Name)];
        IEnumerable<XElement> views = Views().Where(view => view.Descendants("TypeName").Any(name => name.Value == "VtPS." + type));
        Assert.All(views.Descendants("PropertyName"), name => Assert.Contains(name.Value, properties));
        Assert.All(views.Descendants("ScriptBlock").SelectMany(script => MemberPattern().Matches(script.Value)), match => Assert.Contains(match.Groups[1].Value, properties));
        XDocument types = XDocument.Load(Repository.PathOf("src", "VtPS", "Views", "VtPS.Types.ps1xml"));
        XElement entry = Assert.Single(types.Root!.Elements("Type"), element => element.Element("Name")!.Value == "VtPS." + type);
        XElement[] displayed = [.. entry.Descendants("ReferencedProperties").Elements("Name")];
        Assert.NotEmpty(displayed);
        Assert.All(displayed, name => Assert.Contains(name.Value, properties));
    }

    [Fact]
    public void List_views_leave_no_property_out()
    {
        foreach (XElement view in Views().Where(view => view.Element("ListControl") is not null))
        {
            Type type = typeof(VtStore).Assembly.GetType(view.Descendants("TypeName").Single().Value)!;
            HashSet<string> shown = [.. view.Descendants("PropertyName").Concat(view.Descendants("Label")).Select(element => element.Value)];
            Assert.All(type.GetProperties().Where(property => property.Name is not ("StoreId" or "EndTime" or "Root" or "Name" or "LastWriteNanosecond")),
                property => Assert.True(shown.Contains(property.Name), $"The list of {type.Name} leaves {property.Name} out."));
        }
    }

    [Fact]
    public void Laid_module_has_third_parties_in_dependencies_only()
    {
        string bin = Repository.PathOf("bin");
        Assert.Equal(
            ["VtPS.Engine.dll", "VtPS.Format.ps1xml", "VtPS.Types.ps1xml", "VtPS.dll"],
            Directory.GetFiles(bin).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] dependencies = [.. Directory.GetFiles(Path.Combine(bin, "dependencies")).Select(path => Path.GetFileName(path)!)];
        Assert.Contains("VtPS.Sqlite.dll", dependencies);
        Assert.Contains("Microsoft.Data.Sqlite.dll", dependencies);
        Assert.Contains("SQLitePCLRaw.core.dll", dependencies);
        Assert.Contains("System.IO.Hashing.dll", dependencies);
        Assert.DoesNotContain("VtPS.Engine.dll", dependencies);
        Assert.DoesNotContain("System.Management.Automation.dll", dependencies);
        foreach (string runtime in (string[])["linux-x64", "linux-musl-x64", "linux-arm64", "osx-x64", "osx-arm64", "win-x64", "win-arm64"])
        {
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(bin, "dependencies", "runtimes", runtime, "native")));
        }
    }

    [Fact]
    public void Module_assembly_references_no_third_party()
    {
        string[] allowed = ["System.", "netstandard", "VtPS.Engine", "mscorlib"];
        Assert.All(
            typeof(NewVtStoreCommand).Assembly.GetReferencedAssemblies(),
            name => Assert.True(allowed.Any(prefix => name.Name!.StartsWith(prefix, StringComparison.Ordinal)), name.Name));
        Assert.DoesNotContain(typeof(NewVtStoreCommand).Assembly.GetReferencedAssemblies(), name => name.Name is "System.IO.Hashing");
    }

    private static IEnumerable<XElement> Views() =>
        XDocument.Load(Repository.PathOf("src", "VtPS", "Views", "VtPS.Format.ps1xml")).Descendants("View");

    private static string Name(XElement command) => command.Element(Command + "details")!.Element(Command + "name")!.Value.Trim();

    [GeneratedRegex(@"CmdletsToExport\s*=\s*@\(([^)]*)\)")]
    private static partial Regex CmdletsPattern();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex QuotedPattern();

    [GeneratedRegex(@"\$_\.(\w+)")]
    private static partial Regex MemberPattern();
}
