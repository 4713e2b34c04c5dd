using System.Text;
using CloudOptimizedDicom.Json;

namespace CloudOptimizedDicom.Tests.Json;

public sealed class JsonMembersTests
{
    [TestCase("{}", """{"a":1,"b":2}""")]
    [TestCase("""{ "a" : [9] , "x":{"a":0} }""", """{ "a" : 1 , "x":{"a":0} ,"b":2}""")]
    [TestCase("""{"b":null,"a":"\""}""", """{"b":2,"a":1}""")]
    [TestCase("""{"a":3,"a":4,"b":5}""", """{"a":1,"a":1,"b":2}""")]
    [TestCase("""{"\u0061":3, "b":{}}""", """{"\u0061":1, "b":2}""")]
    public void Set_Members_ReplacesThemAndAddsTheOthers(string json, string expected) =>
        Assert.That(
            Encoding.UTF8.GetString(JsonMembers.Set(Encoding.UTF8.GetBytes(json), ("a", "1"u8.ToArray()), ("b", "2"u8.ToArray()))),
            Is.EqualTo(expected));
}
